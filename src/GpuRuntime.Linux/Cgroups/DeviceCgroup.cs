using System.Collections.Immutable;
using System.Text;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Mounts;
using GpuRuntime.Linux.Namespaces;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Cgroups;

/// <summary>The device rules of a created container's cgroup.</summary>
internal abstract class DeviceCgroup(FileDescriptor directory, string path) : IDisposable
{
    private const int LargestTable = 16 << 20;

    protected FileDescriptor Directory => directory;

    protected string Path => path;

    /// <summary>The cgroup whose device rules hold for a process.</summary>
    /// <returns>
    /// <see langword="null"/> when it is this process's own: a container that is run without cgroups has no rules that are only its own, and
    /// those of its caller are not ours to change.
    /// </returns>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.DeviceCgroupUnchangeable"/>.</exception>
    public static DeviceCgroup? Of(ContainerProcess process)
    {
        ImmutableArray<Mount> mounts = [.. MountTable.Parse(Own("mountinfo"))];
        var cgroup = ProcessCgroup.OfDevices(process.Read("cgroup"), mounts);
        if (cgroup == ProcessCgroup.OfDevices(Own("cgroup"), mounts))
            return null;
        if (cgroup is null)
            throw Unchangeable($"Process {process.Pid} is in no cgroup that is mounted on this host, with the controller devices or as cgroup2 (/proc/{process.Pid}/cgroup, /proc/self/mountinfo).");
        var directory = Libc.TryOpenAt(Libc.AtFdCwd, cgroup.Directory, OpenFlags.ReadOnly | Libc.Directory, Resolve.None, out var errno)
            ?? throw Unchangeable($"The container's cgroup cannot be opened: {LinuxException.Of("open", cgroup.Directory, errno).Message}.");
        // What is mounted over a hierarchy may be anything.
        if (Libc.FileSystemMagic(directory) == (cgroup.IsVersion2 ? Libc.Cgroup2Magic : Libc.CgroupMagic))
            return cgroup.IsVersion2 ? new DeviceCgroupV2(directory, cgroup.Directory) : new DeviceCgroupV1(directory, cgroup.Directory);
        directory.Dispose();
        throw Unchangeable($"{cgroup.Directory} is not the container's cgroup: it lies on another file system.");
    }

    /// <summary>Allows reading and writing of the nodes; everything else stays allowed or denied as it is.</summary>
    /// <param name="undo">Takes the change back as long as this object is not disposed.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.DeviceCgroupUnchangeable"/>; then nothing is changed that <paramref name="undo"/> does not hold.</exception>
    public void Allow(ImmutableArray<DeviceNode> nodes, UndoLog undo)
    {
        if (nodes.IsEmpty)
            return;
        try
        {
            AllowNodes(nodes, undo);
        }
        catch (LinuxException exception)
        {
            throw Unchangeable($"The device rules of {path} cannot be changed: {exception.Message}.{Advice(exception.Errno)}", exception);
        }
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
            directory.Dispose();
    }

    protected abstract void AllowNodes(ImmutableArray<DeviceNode> nodes, UndoLog undo);

    protected virtual string Advice(Errno errno) => "";

    protected static GpuRuntimeException Unchangeable(string sentence, Exception? inner = null) => new(ErrorCode.DeviceCgroupUnchangeable, sentence, inner);

    private static string Own(string name)
    {
        using var file = Libc.OpenAt(Libc.AtFdCwd, $"/proc/self/{name}", OpenFlags.ReadOnly, Resolve.None);
        return FileContent.ReadAll(file, LargestTable, out _) is { } table ? Encoding.UTF8.GetString(table) : throw Unchangeable($"/proc/self/{name} cannot be read.");
    }
}
