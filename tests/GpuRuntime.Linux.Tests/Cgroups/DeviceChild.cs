using System.Diagnostics;

namespace GpuRuntime.Linux.Tests.Cgroups;

/// <summary>
/// A small process in a cgroup and a mount namespace of its own, as a created container's is, that opens and makes device nodes when it is
/// asked to. It ends with the test.
/// </summary>
internal sealed class DeviceChild : IDisposable
{
    private const int NoNodes = 77;

    private readonly Process _process;
    private bool _ended;

    private DeviceChild(Process process) => _process = process;

    /// <param name="cgroup">The cgroup that it joins, once it has made nodes of <see cref="TestDevice.All"/>.</param>
    /// <param name="directory">Where it makes them; the test is skipped where that cannot be done.</param>
    public static DeviceChild Start(TestCgroup cgroup, string directory)
    {
        string[] arguments = [directory, .. TestDevice.All.Select(device => device.NodeName), "--", .. cgroup.ToJoin];
        var process = Process.Start(new ProcessStartInfo(DeviceChildProgram.Path, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        if (process.StandardOutput.ReadLine() == "ready")
            return new DeviceChild(process);
        var reason = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode == NoNodes)
            Assert.Ignore($"device nodes cannot be made and opened here: {reason}");
        throw new InvalidOperationException($"the child does not start: {reason}");
    }

    public int Pid => _process.Id;

    /// <summary>What it may do with every device of <see cref="TestDevice.All"/>: lines such as <c>c 122:0 rw allow</c>.</summary>
    public string[] Ask()
    {
        Say("ask");
        var lines = new List<string>();
        for (var line = Hear(); line != "."; line = Hear())
            lines.Add(line);
        // Anything else is an error that no cgroup gives.
        Assert.That(lines, Has.All.EndsWith(" allow").Or.EndsWith(" deny"));
        return [.. lines];
    }

    /// <summary>Opens both nodes over and over while something else is done.</summary>
    /// <returns>How often, and how often the allowed one did not open or the denied one did.</returns>
    public (long Rounds, long Wrong) LoopWhile(TestDevice allowed, TestDevice denied, Action action)
    {
        Say($"loop {allowed.NodeName} {denied.NodeName}");
        Assert.That(Hear(), Is.EqualTo("looping"));
        try
        {
            action();
        }
        finally
        {
            Say("stop");
        }

        return Hear().Split(' ') is [var rounds, var wrong] ? (long.Parse(rounds, null), long.Parse(wrong, null)) : default;
    }

    public void Dispose()
    {
        if (_ended)
            return;
        _ended = true;
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Say(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    private string Hear() =>
        _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"the child has ended: {_process.StandardError.ReadToEnd()}");
}
