using GpuRuntime.Core.Cdi.Devices;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Cdi;

/// <summary>Device nodes of the host by the paths that specifications give, which are those of this machine whatever host is configured.</summary>
public static class CdiHostNodes
{
    /// <returns><see langword="null"/> when there is none, or another kind of file.</returns>
    public static CdiHostNode? Of(string path) =>
        Libc.StatOfAny(Libc.AtFdCwd, path, 0) is { Type: FileType.Character or FileType.Block or FileType.Fifo } status
            ? new CdiHostNode(status.Type switch { FileType.Character => 'c', FileType.Block => 'b', _ => 'p' }, status.NodeMajor, status.NodeMinor, status.Mode, status.Uid, status.Gid)
            : null;
}
