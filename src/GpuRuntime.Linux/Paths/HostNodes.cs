using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Paths;

/// <summary>Makes device nodes that a driver has registered and nobody has made yet, as the driver's own tools would.</summary>
public static class HostNodes
{
    /// <summary>Makes those of a plan that are missing.</summary>
    /// <param name="needed">Whether the container gets the host's nodes by bind mount, rather than nodes of its own.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.DeviceNodeMissing"/>.</exception>
    public static void MakeMissing(IEnumerable<DeviceNode> nodes, bool needed)
    {
        foreach (var node in nodes.Where(node => node.MissingOnHost))
        {
            if (!Make(node) && needed)
                throw new GpuRuntimeException(ErrorCode.DeviceNodeMissing, $"{node.HostPath} is missing and cannot be made, and a container with a user namespace needs it on the host; make it as root with: mknod {node.HostPath} c {node.Major} {node.Minor}");
        }
    }

    /// <returns>Whether the node is there now. A container does not need it, unless it gets the node by bind mount.</returns>
    public static bool Make(DeviceNode node)
    {
        var slash = node.HostPath.LastIndexOf('/');
        using var directory = Open(node.HostPath[..slash]) ?? Made(node.HostPath[..slash]);
        if (directory is null)
            return false;
        var name = node.HostPath[(slash + 1)..];
        var errno = Libc.TryMakeCharacterNode(directory, name, node.Mode, node.Major, node.Minor);
        if (errno != Errno.None)
            return errno == Errno.Exists;
        // mknod obeys the umask; the mode is the driver's to say.
        Libc.ChangeModeAt(directory, name, node.Mode);
        return true;
    }

    // Some nodes have a directory of their own below /dev (nvidia-caps), which nobody has made either.
    private static FileDescriptor? Made(string directory)
    {
        const uint readableByAll = 0b111_101_101;
        using var parent = Open(directory[..directory.LastIndexOf('/')]);
        return parent is not null && Libc.TryMakeDirectory(parent.Number, directory[(directory.LastIndexOf('/') + 1)..], readableByAll) is Errno.None or Errno.Exists ? Open(directory) : null;
    }

    private static FileDescriptor? Open(string directory) => Libc.TryOpenAt(Libc.AtFdCwd, directory, OpenFlags.Path | Libc.Directory, Resolve.None, out _);
}
