using GpuRuntime.Core.Inventory;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Paths;

/// <summary>Makes device nodes that a driver has registered and nobody has made yet, as the driver's own tools would.</summary>
public static class HostNodes
{
    /// <returns>Whether the node is there now. A container does not need it, unless it gets the node by bind mount.</returns>
    public static bool Make(DeviceNode node)
    {
        var slash = node.HostPath.LastIndexOf('/');
        using var directory = Libc.TryOpenAt(Libc.AtFdCwd, node.HostPath[..slash], OpenFlags.Path | Libc.Directory, Resolve.None, out _);
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
}
