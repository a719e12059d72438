using System.Globalization;
using GpuRuntime.Core.Edits;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Mounts;

/// <summary>
/// Small files of our making on a tmpfs that is mounted nowhere: what containers see of it are bind mounts, and it is gone with the last of
/// them. Nothing is left on the host, and nothing has to be cleaned up.
/// </summary>
/// <param name="context">The SELinux context that the container's mounts carry; may be absent.</param>
internal sealed class DetachedFiles(string? context) : IDisposable
{
    private const uint ReadableByAll = 0b100_100_100;
    private const uint DirectoryOfAll = 0b111_101_101;
    private const ulong Attributes = Libc.MountReadOnly | Libc.MountNoSuid | Libc.MountNoDev;

    private FileDescriptor? _tmpfs;
    private int _names;

    private FileDescriptor Tmpfs => _tmpfs ??= Libc.DetachedTmpfs(context);

    /// <summary>A file with this content, to be mounted read-only.</summary>
    public DetachedMount File(string containerPath, ReadOnlySpan<byte> content, ulong furtherAttributes = 0)
    {
        var name = NewName();
        using (var file = Libc.OpenAt(Tmpfs.Number, name, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive, Resolve.Beneath, ReadableByAll))
        {
            Libc.WriteAll(file, content, containerPath);
            Libc.ChangeMode(file, ReadableByAll, containerPath);
        }

        return DetachedMount.Of(Libc.CloneTree(Tmpfs.Number, name), containerPath, Attributes | furtherAttributes);
    }

    /// <summary>A directory that holds these links and nothing else, to be mounted read-only.</summary>
    /// <param name="links">Names in the directory, and what they point to.</param>
    public DetachedMount Links(string containerPath, IEnumerable<ContainerSymlink> links)
    {
        var name = NewName();
        if (Libc.TryMakeDirectory(Tmpfs.Number, name, DirectoryOfAll) is not Errno.None and var errno)
            throw LinuxException.Of("mkdir", containerPath, errno);
        using (var directory = Libc.OpenAt(Tmpfs.Number, name, OpenFlags.ReadOnly | Libc.Directory, Resolve.Beneath))
        {
            Libc.ChangeMode(directory, DirectoryOfAll, containerPath);
            foreach (var link in links)
                Libc.Symlink(link.Target, directory, link.Path);
        }

        return DetachedMount.Of(Libc.CloneTree(Tmpfs.Number, name), containerPath, Attributes);
    }

    public void Dispose() => _tmpfs?.Dispose();

    private string NewName() => (_names++).ToString(CultureInfo.InvariantCulture);
}
