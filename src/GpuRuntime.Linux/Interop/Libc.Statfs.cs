using System.Runtime.InteropServices;

namespace GpuRuntime.Linux.Interop;

internal static unsafe partial class Libc
{
    // linux/magic.h
    internal const long ProcMagic = 0x9fa0;
    internal const long CgroupMagic = 0x27e0eb;
    internal const long Cgroup2Magic = 0x63677270;

    /// <summary>The magic number of the file system that an open file lies on. https://man7.org/linux/man-pages/man2/statfs.2.html</summary>
    internal static long FileSystemMagic(FileDescriptor file)
    {
        // struct statfs is 120 bytes on 64-bit architectures and begins with the type.
        Span<long> buffer = stackalloc long[32];
        fixed (long* start = buffer)
        {
            if (Fstatfs(file.Number, start) != 0)
                throw LinuxException.Last("fstatfs", "an open file");
        }

        return buffer[0];
    }

    [LibraryImport(Library, EntryPoint = "fstatfs", SetLastError = true)]
    private static partial int Fstatfs(int file, long* buffer);
}
