using GpuRuntime.Security.Tests.Tools;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Security.Tests.Containers;

/// <summary>A cgroup of a test's own that denies every device, as runc's do to begin with.</summary>
internal sealed class TestDeviceCgroup : IDisposable
{
    private const string Processes = "cgroup.procs";

    private readonly string _directory;
    private readonly string? _programs;

    private TestDeviceCgroup(string directory, string? programs)
    {
        _directory = directory;
        _programs = programs;
    }

    /// <summary>What a process writes its number to, to be in this cgroup and in no other that has a say on devices.</summary>
    public string[] ToJoin => _programs is not null && Directory.Exists(Version1) ? [Path.Combine(Version1, Processes), Path.Combine(_directory, Processes)] : [Path.Combine(_directory, Processes)];

    /// <param name="name">Below the cgroup of the fixture, which takes away what is left in the end.</param>
    /// <param name="programs">Made by <see cref="DevicePrograms"/>.</param>
    /// <exception cref="TestResourceUnavailableException">This machine does not have the version.</exception>
    public static async Task<TestDeviceCgroup> CreateAsync(CgroupVersion version, string name, string programs)
    {
        if (version == CgroupVersion.V1)
        {
            if (!Directory.Exists(Version1))
                throw new TestResourceUnavailableException("this machine has no cgroup v1 hierarchy of the controller devices");
            var directory = Directory.CreateDirectory(Path.Combine(Version1, name)).FullName;
            await File.WriteAllTextAsync(Path.Combine(directory, "devices.deny"), "a");
            await File.WriteAllTextAsync(Path.Combine(directory, "devices.allow"), "c 1:3 rwm");
            return new TestDeviceCgroup(directory, null);
        }

        var unified = Version2.FirstOrDefault(static path => File.Exists(Path.Combine(path, "cgroup.controllers")))
            ?? throw new TestResourceUnavailableException("this machine has no cgroup2 hierarchy");
        var cgroup = new TestDeviceCgroup(Directory.CreateDirectory(Path.Combine(unified, name)).FullName, programs);
        (await Command.Of(programs, "deny", cgroup._directory).RunAsync()).EnsureSuccess();
        return cgroup;
    }

    /// <summary>Version 1's list, or the ids of the programs that are attached: another program has another.</summary>
    public async Task<string> RulesAsync() => _programs is null
        ? await File.ReadAllTextAsync(Path.Combine(_directory, "devices.list"))
        : (await Command.Of(_programs, "list", _directory).RunAsync()).EnsureSuccess().Output;

    public void Dispose()
    {
        try
        {
            Directory.Delete(_directory);
        }
        catch (IOException)
        {
            // The last process in it is still on its way out; the fixture tries again at its end.
        }
    }

    private static string Version1 => "/sys/fs/cgroup/devices";

    private static string[] Version2 => ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"];
}
