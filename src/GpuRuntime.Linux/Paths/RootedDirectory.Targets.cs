using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Paths;

/// <summary>What a live container needs in its root: places to mount on, and device nodes.</summary>
public sealed partial class RootedDirectory
{
    // As runc makes the files that it mounts on.
    private const uint TargetMode = 0b111_101_101;

    /// <summary>What is there, links followed inside the root, to mount on; an empty file or directory is made where nothing is.</summary>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.RootfsHostile"/>: nothing can be mounted there.</exception>
    /// <exception cref="LinuxException">It cannot be made.</exception>
    internal FileDescriptor MountTarget(string path, bool isDirectory)
    {
        var target = TryOpen(path, out var errno);
        if (target is null)
            return errno == Errno.NoEntry ? MakeTarget(path, isDirectory) : throw LinuxException.Of("open", path, errno);
        var status = Libc.Stat(target);
        var problem = status.Type == FileType.Directory != isDirectory ? $"is {(isDirectory ? "no" : "a")} directory"
            : status.IsSameFile(RootStatus()) ? "leads to the root itself"
            : null;
        if (problem is null)
            return target;
        target.Dispose();
        throw new GpuRuntimeException(ErrorCode.RootfsHostile, $"{path} in the container's root {problem}, and a {(isDirectory ? "directory" : "file")} of the driver is to be mounted there; mend the image.");
    }

    /// <summary>A device node, in the place of what is there; one with these numbers stays as it is.</summary>
    /// <param name="uid">Its owner.</param>
    /// <remarks>The calling thread's umask must be 0: a mode that is changed by name afterwards could be another file's.</remarks>
    /// <exception cref="LinuxException">It cannot be made.</exception>
    internal void MakeNode(DeviceNode node, uint uid)
    {
        var parent = Parent(node.Path, out var name);
        using (var existing = Libc.TryOpenAt(parent.Number, name, OpenFlags.Path | Libc.NoFollow, Resolve.Beneath, out _))
        {
            if (existing is not null && IsNode(Libc.Stat(existing), node))
                return;
        }

        var undo = Restoring(parent, name, node.Path);
        var temporary = Libc.UnguessableName(TemporaryPrefix);
        if (Libc.TryMakeCharacterNode(parent, temporary, node.Mode, node.Major, node.Minor) is not Errno.None and var errno)
            throw LinuxException.Of("mknod", node.Path, errno);
        try
        {
            // By descriptor: whoever may rename in this directory gets neither the ownership of another file nor another node under the name.
            using (var made = Libc.OpenAt(parent.Number, temporary, OpenFlags.Path | Libc.NoFollow, Resolve.Beneath))
            {
                if (!IsNode(Libc.Stat(made), node))
                    throw LinuxException.Of("mknod", node.Path, Errno.Exists);
                if ((uid, node.Gid) != default)
                    Libc.ChangeOwnerOf(made, uid, node.Gid, node.Path);
            }

            Libc.Rename(parent, temporary, parent, name);
        }
        catch
        {
            Libc.TryUnlink(parent, temporary);
            throw;
        }

        Undo?.Add(node.Path, undo);
    }

    private static bool IsNode(FileStatus status, DeviceNode node) =>
        status.Type == FileType.Character && status.NodeMajor == node.Major && status.NodeMinor == node.Minor;

    private FileDescriptor MakeTarget(string path, bool isDirectory)
    {
        var parent = Parent(path, out var name);
        FileDescriptor? target;
        Errno errno;
        if (isDirectory)
        {
            errno = TryMakeDirectory(parent, name, path, DirectoryMode);
            target = errno == Errno.None ? Libc.TryOpenAt(parent.Number, name, OpenFlags.Path | Libc.Directory | Libc.NoFollow, Resolve.Beneath, out errno) : null;
        }
        else
        {
            target = Libc.TryOpenAt(parent.Number, name, OpenFlags.ReadOnly | OpenFlags.Create | OpenFlags.Exclusive | Libc.NoFollow, Resolve.Beneath, out errno, TargetMode);
            if (target is not null)
                Undo?.Add(path, () => TakeAway(parent, name, path));
        }

        // Something is there after all, which does not open when it is followed.
        if (errno == Errno.Exists)
            throw new GpuRuntimeException(ErrorCode.RootfsHostile, $"{path} in the container's root is a link that leads nowhere, and a file of the driver is to be mounted there; mend the image.");
        return target ?? throw LinuxException.Of("open", path, errno);
    }
}
