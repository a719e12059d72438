using System.Runtime.InteropServices;

namespace GpuRuntime.Linux.Interop;

/// <summary>Questions to a DRM driver, by ioctl(2) on one of its nodes. https://man7.org/linux/man-pages/man2/ioctl.2.html</summary>
internal static unsafe partial class Libc
{
    /// <summary>The major number of DRM nodes (DRM_MAJOR of drm/drm.h).</summary>
    internal const uint DrmMajor = 226;

    /// <summary>For statx: what is known without asking the server of a network file system, which may not answer.</summary>
    internal const int AtStatxDontSync = 0x4000;

    // include/uapi/drm/i915_drm.h: DRM_IOCTL_I915_QUERY, DRM_I915_QUERY_MEMORY_REGIONS.
    private const nuint I915Query = 0xc0106479;
    private const ulong I915MemoryRegions = 4;

    // include/uapi/drm/xe_drm.h: DRM_IOCTL_XE_DEVICE_QUERY, DRM_XE_DEVICE_QUERY_MEM_REGIONS.
    private const nuint XeDeviceQuery = 0xc0286440;
    private const uint XeMemoryRegions = 1;

    /// <summary>
    /// What i915 answers about a GPU's memory regions (struct drm_i915_query_memory_regions). Asked without a buffer, it tells how long its answer is.
    /// </summary>
    /// <returns>The answer's length in bytes; negative or 0 when there is none, with the reason in <paramref name="errno"/>.</returns>
    internal static int QueryI915Memory(FileDescriptor node, Span<byte> answer, out Errno errno)
    {
        fixed (byte* data = answer)
        {
            // The length comes back: negative, it is an error number.
            var item = new I915QueryItem { Id = I915MemoryRegions, Length = answer.Length, Data = answer.IsEmpty ? 0 : (ulong)data };
            var query = new I915QueryItems { Count = 1, Items = (ulong)(&item) };
            errno = Ioctl(node, I915Query, &query);
            if (errno == Errno.None && item.Length < 0)
                errno = (Errno)(-item.Length);
            return errno == Errno.None ? item.Length : -1;
        }
    }

    /// <summary>What xe answers about a GPU's memory regions (struct drm_xe_query_mem_regions).</summary>
    /// <inheritdoc cref="QueryI915Memory"/>
    internal static int QueryXeMemory(FileDescriptor node, Span<byte> answer, out Errno errno)
    {
        fixed (byte* data = answer)
        {
            var query = new XeQuery { Id = XeMemoryRegions, Size = (uint)answer.Length, Data = answer.IsEmpty ? 0 : (ulong)data };
            errno = Ioctl(node, XeDeviceQuery, &query);
            return errno == Errno.None && query.Size <= int.MaxValue ? (int)query.Size : -1;
        }
    }

    private static Errno Ioctl(FileDescriptor node, nuint request, void* argument)
    {
        while (true)
        {
            if (Ioctl(node.Number, request, argument) >= 0)
                return Errno.None;
            if (LinuxException.LastErrno() is not (Errno.Interrupted or Errno.TryAgain) and var errno)
                return errno;
        }
    }

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Ioctl(int file, nuint request, void* argument);

    /// <summary>struct drm_i915_query.</summary>
    private struct I915QueryItems
    {
        public uint Count;
        public uint Flags;
        public ulong Items;
    }

    /// <summary>struct drm_i915_query_item.</summary>
    private struct I915QueryItem
    {
        public ulong Id;
        public int Length;
        public uint Flags;
        public ulong Data;
    }

    /// <summary>struct drm_xe_device_query.</summary>
    private struct XeQuery
    {
        public ulong Extensions;
        public uint Id;
        public uint Size;
        public ulong Data;
        public ulong Reserved;
        public ulong ReservedMore;
    }
}
