using System.Diagnostics;
using GpuRuntime.Linux.Namespaces;

namespace GpuRuntime.Linux.Tests.Mounts;

/// <summary>A process in a mount namespace of its own, as a created container's.</summary>
internal sealed class OtherNamespace : IDisposable
{
    private readonly Process _process;

    private OtherNamespace(Process process)
    {
        _process = process;
        Container = ContainerProcess.Open(process.Id);
    }

    public ContainerProcess Container { get; }

    public static OtherNamespace Start()
    {
        var process = Command.Start("unshare", "--mount", "--propagation", "private", "sh", "-c", "echo ready; exec sleep 60");
        if (process.StandardOutput.ReadLine() != "ready")
            Assert.Ignore($"mount namespaces cannot be made here: {process.StandardError.ReadToEnd()}");
        return new OtherNamespace(process);
    }

    public (int Status, string Output, string Error) Run(params string[] command) =>
        Command.Try("nsenter", ["--mount", "--target", $"{Container.Pid}", .. command]);

    /// <summary>The options of the mount at a path, as <c>/proc/PID/mountinfo</c> has them; <see langword="null"/> when nothing is mounted there.</summary>
    public string[]? OptionsAt(string path)
    {
        var mounts = Container.Read("mountinfo").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '));
        return mounts.SingleOrDefault(fields => fields[4] == path)?[5].Split(',');
    }

    public void Dispose()
    {
        Container.Dispose();
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
