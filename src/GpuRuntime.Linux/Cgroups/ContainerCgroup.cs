using System.Collections.Immutable;
using System.Text;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Mounts;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Cgroups;

/// <summary>
/// The cgroup that is a container's alone: where its limits are set, its use is read, and its processes are found and ended. Version 2's where
/// containers are in it; on hosts of version 1 that of the controller devices. Open by a descriptor: when the cgroup is deleted everything is
/// absent, and never another's of the same name.
/// </summary>
public sealed class ContainerCgroup : IDisposable
{
    private const int LargestFile = 16 << 20;

    private readonly FileDescriptor _directory;

    private ContainerCgroup(FileDescriptor directory, string path, bool isVersion2)
    {
        _directory = directory;
        Directory = path;
        IsVersion2 = isVersion2;
    }

    /// <summary>Absolute, as this process sees it.</summary>
    public string Directory { get; }

    /// <summary>In cgroup2's one hierarchy.</summary>
    public bool IsVersion2 { get; }

    /// <summary>The cgroup that a process is in at this moment: what runs inside the container may have made cgroups below the container's own.</summary>
    /// <param name="pid">As /proc numbers it.</param>
    /// <returns><see langword="null"/> when the process is gone, or in no cgroup that is mounted here.</returns>
    /// <exception cref="GpuRuntimeException">
    /// <see cref="ErrorCode.LimitUnavailable"/>: the cgroup is not the container's alone, being the root or one that this process is in too, or
    /// it cannot be opened.
    /// </exception>
    public static ContainerCgroup? Of(int pid) => Of(pid, []);

    /// <summary>
    /// The cgroup that a low-level runtime made for a container, where the process is in that one or below it; else the one that the process is in.
    /// </summary>
    /// <param name="made">What the runtime wrote down: absolute directories, or paths in the hierarchy.</param>
    /// <inheritdoc cref="Of(int)"/>
    public static ContainerCgroup? Of(int pid, IReadOnlyCollection<string> made)
    {
        if (Table($"/proc/{pid}/cgroup") is not { } cgroups)
            return null;
        ImmutableArray<Mount> mounts = [.. MountTable.Parse(Table("/proc/self/mountinfo") ?? throw Unavailable("/proc/self/mountinfo cannot be read."))];
        var own = Table("/proc/self/cgroup") ?? throw Unavailable("/proc/self/cgroup cannot be read.");
        var version1 = Outermost(ProcessCgroup.OfVersion1(cgroups, mounts), made);
        if (version1 is not null && !IsShared(version1, ProcessCgroup.OfVersion1(own, mounts), mounts))
            return Open(version1);
        var version2 = Outermost(ProcessCgroup.OfUnified(cgroups, mounts), made);
        if (version2 is not null && !IsShared(version2, ProcessCgroup.OfUnified(own, mounts), mounts))
            return Open(version2);
        return (version2 ?? version1) is { } shared
            ? throw Unavailable($"Process {pid} is in the cgroup {shared.Directory}, which is not its container's alone; run the container with a cgroup of its own (not podman's --cgroups=disabled).")
            : null;
    }

    /// <summary>A file's text, without the line end; <see langword="null"/> when the cgroup has no such file, or is gone.</summary>
    /// <param name="file">A name, such as <c>memory.current</c>.</param>
    /// <exception cref="LinuxException">It cannot be read.</exception>
    public string? Read(string file) => Read(file, out var errno) ?? (errno is Errno.None or Errno.NoEntry or Errno.NoDevice ? null : throw LinuxException.Of("read", $"{Directory}/{file}", errno));

    /// <summary>Writes a value by one write(2), which is what the kernel's files take.</summary>
    /// <exception cref="LinuxException">There is no such file, or the kernel does not take the value.</exception>
    public void Write(string file, string value)
    {
        using var opened = TryOpen(file, OpenFlags.WriteOnly, out var errno) ?? throw LinuxException.Of("open", $"{Directory}/{file}", errno);
        Libc.WriteAll(opened, Encoding.UTF8.GetBytes(value), $"{Directory}/{file} ({PrintableText.Of(value)})");
    }

    /// <summary>Whether the cgroup has a file of this name: its controller is enabled there, and this kernel knows it.</summary>
    public bool Has(string file)
    {
        using var opened = TryOpen(file, OpenFlags.Path, out _);
        return opened is not null;
    }

    /// <summary>The processes in it and in all cgroups below; those of a pid namespace that this process does not see are left out.</summary>
    /// <exception cref="LinuxException">A cgroup is nested too deeply to be read.</exception>
    public ImmutableArray<int> Processes() => CgroupProcesses.Of(_directory, Directory);

    /// <summary>Sends SIGKILL to every process in it and below, also to those that are made in the meantime. They may take a moment to be gone.</summary>
    /// <exception cref="LinuxException">A process cannot be killed.</exception>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.LimitUnavailable"/>: processes are left (only where there is no cgroup.kill).</exception>
    public void Kill()
    {
        // Linux 5.14, version 2.
        if (Has("cgroup.kill"))
            Write("cgroup.kill", "1");
        else
            CgroupProcesses.Kill(_directory, Directory);
    }

    public void Dispose() => _directory.Dispose();

    private static ContainerCgroup? Open(ProcessCgroup cgroup)
    {
        var directory = Libc.TryOpenAt(Libc.AtFdCwd, cgroup.Directory, OpenFlags.ReadOnly | Libc.Directory, Resolve.None, out var errno);
        if (directory is null)
            return errno == Errno.NoEntry ? null : throw Unavailable($"The container's cgroup cannot be opened: {LinuxException.Of("open", cgroup.Directory, errno).Message}.");
        // What is mounted over a hierarchy may be anything.
        if (Libc.FileSystemMagic(directory) == (cgroup.IsVersion2 ? Libc.Cgroup2Magic : Libc.CgroupMagic))
            return new ContainerCgroup(directory, cgroup.Directory, cgroup.IsVersion2);
        directory.Dispose();
        throw Unavailable($"{cgroup.Directory} is not the container's cgroup: it lies on another file system.");
    }

    // From the top: what runs inside may have given its own cgroups the same names.
    private static ProcessCgroup? Outermost(ProcessCgroup? cgroup, IReadOnlyCollection<string> made)
    {
        for (var slash = cgroup?.Directory.IndexOf('/', 1) ?? -1; slash > 0; slash = cgroup!.Directory.IndexOf('/', slash + 1))
        {
            var above = cgroup!.Directory[..slash];
            if (made.Any(path => above.EndsWith(path, StringComparison.Ordinal)))
                return cgroup with { Directory = above };
        }

        return cgroup;
    }

    // Ours and what is above it hold us and others; a hierarchy's root holds everybody.
    private static bool IsShared(ProcessCgroup cgroup, ProcessCgroup? own, IReadOnlyCollection<Mount> mounts)
    {
        var directory = cgroup.Directory.TrimEnd('/') + "/";
        return own is not null && (own.Directory + "/").StartsWith(directory, StringComparison.Ordinal)
            || mounts.Any(mount => mount.Type is "cgroup" or "cgroup2" && mount.MountPoint + "/" == directory);
    }

    private string? Read(string file, out Errno errno)
    {
        using var opened = TryOpen(file, OpenFlags.ReadOnly, out errno);
        return opened is null ? null : Text(opened);
    }

    private FileDescriptor? TryOpen(string file, OpenFlags flags, out Errno errno) =>
        Libc.TryOpenAt(_directory.Number, file, flags, Resolve.Beneath | Resolve.NoSymlinks | Resolve.NoCrossMount, out errno);

    private static string? Table(string path)
    {
        using var file = Libc.TryOpenAt(Libc.AtFdCwd, path, OpenFlags.ReadOnly, Resolve.None, out _);
        return file is null ? null : Text(file);
    }

    private static string? Text(FileDescriptor file) => FileContent.ReadAll(file, LargestFile, out _) is { } content ? Encoding.UTF8.GetString(content).TrimEnd('\n') : null;

    private static GpuRuntimeException Unavailable(string sentence) => new(ErrorCode.LimitUnavailable, sentence);
}
