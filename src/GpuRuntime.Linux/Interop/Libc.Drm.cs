namespace GpuRuntime.Linux.Interop;

internal static unsafe partial class Libc
{
    /// <summary>The major number of DRM nodes (DRM_MAJOR of drm/drm.h).</summary>
    internal const uint DrmMajor = 226;

    /// <summary>For statx: what is known without asking the server of a network file system, which may not answer.</summary>
    internal const int AtStatxDontSync = 0x4000;
}
