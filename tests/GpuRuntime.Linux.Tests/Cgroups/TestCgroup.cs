using GpuRuntime.Linux.Cgroups;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Mounts;

namespace GpuRuntime.Linux.Tests.Cgroups;

/// <summary>A cgroup of one test's own, and what is attached to it; gone when disposed, after its processes have ended.</summary>
internal sealed class TestCgroup : IDisposable
{
    private const string Processes = "cgroup.procs";

    private TestCgroup(string directory, TestCgroup? above)
    {
        Path = System.IO.Directory.CreateDirectory(directory).FullName;
        Above = above;
    }

    public string Path { get; }

    /// <summary>A cgroup that was made for this one, and goes with it.</summary>
    public TestCgroup? Above { get; }

    /// <summary>Of cgroup2's hierarchy; the test is skipped where there is none, or it takes no device programs.</summary>
    /// <param name="suffix">Of the name.</param>
    public static TestCgroup OfVersion2(string suffix = "")
    {
        var cgroup = Create(Hierarchy(mount => mount.Type == "cgroup2") ?? Ignored("cgroup2 is not mounted"), suffix);
        try
        {
            using var program = ExistingPrograms.Load(ExistingPrograms.AllowAll);
            return cgroup;
        }
        catch (LinuxException exception) when (exception.Errno is Errno.NotPermitted or Errno.NoSystemCall)
        {
            cgroup.Dispose();
            Assert.Ignore($"device programs cannot be loaded here: {exception.Message}");
            throw;
        }
    }

    /// <summary>Of the hierarchy of version 1's controller devices; the test is skipped where it is not mounted.</summary>
    public static TestCgroup OfVersion1() => Create(DevicesHierarchy ?? Ignored("version 1's controller devices is not mounted"), "");

    public TestCgroup Below(string name) => new(System.IO.Path.Combine(Path, name), this);

    /// <summary>What a process writes itself to, to be in this cgroup and in no other that has a say on devices.</summary>
    public string[] ToJoin => Path.StartsWith($"{DevicesHierarchy}/", StringComparison.Ordinal) || DevicesHierarchy is null
        ? [System.IO.Path.Combine(Path, Processes)]
        : [System.IO.Path.Combine(DevicesHierarchy, Processes), System.IO.Path.Combine(Path, Processes)];

    public FileDescriptor Open() => Libc.OpenAt(Libc.AtFdCwd, Path, OpenFlags.ReadOnly | Libc.Directory, Resolve.None);

    public string Read(string name) => File.ReadAllText(System.IO.Path.Combine(Path, name));

    public void Write(string name, string text) => File.WriteAllText(System.IO.Path.Combine(Path, name), text);

    /// <returns>The program's id.</returns>
    public uint Attach(IReadOnlyList<BpfInstruction> program, BpfAttachFlags flags)
    {
        var others = Programs;
        using var directory = Open();
        using var loaded = ExistingPrograms.Load(program);
        Libc.AttachDeviceProgram(directory, loaded, flags);
        return Programs.Except(others).Single();
    }

    /// <summary>The ids of the programs that are attached.</summary>
    public uint[] Programs
    {
        get
        {
            using var directory = Open();
            return Libc.DevicePrograms(directory, out _);
        }
    }

    public BpfAttachFlags AttachFlags
    {
        get
        {
            using var directory = Open();
            _ = Libc.DevicePrograms(directory, out var flags);
            return flags;
        }
    }

    public void Dispose()
    {
        System.IO.Directory.Delete(Path);
        Above?.Dispose();
    }

    private static string? DevicesHierarchy { get; } = Hierarchy(mount => mount.Type == "cgroup" && mount.Options.Contains("devices"));

    private static string? Hierarchy(Predicate<Mount> isSought) =>
        MountTable.Parse(File.ReadAllText("/proc/self/mountinfo")).FirstOrDefault(mount => isSought(mount))?.MountPoint;

    private static TestCgroup Create(string hierarchy, string suffix)
    {
        try
        {
            return new TestCgroup(System.IO.Path.Combine(hierarchy, $"grt-linux-{Guid.NewGuid():N}{suffix}"), null);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            Assert.Ignore($"cgroups cannot be made here: {exception.Message}");
            throw;
        }
    }

    private static string Ignored(string reason)
    {
        Assert.Ignore(reason);
        return reason;
    }
}
