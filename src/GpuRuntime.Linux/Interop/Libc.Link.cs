using System.Runtime.InteropServices;

namespace GpuRuntime.Linux.Interop;

internal static unsafe partial class Libc
{
    /// <summary>A further name of a file. https://man7.org/linux/man-pages/man2/linkat.2.html</summary>
    internal static void Link(FileDescriptor fromDirectory, string from, FileDescriptor toDirectory, string to)
    {
        fixed (byte* source = Path(from))
        fixed (byte* target = Path(to))
        {
            if (Linkat(fromDirectory.Number, source, toDirectory.Number, target, 0) != 0 && LinuxException.LastErrno() is not Errno.Exists and var errno)
                throw LinuxException.Of("link", to, errno);
        }
    }

    [LibraryImport(Library, EntryPoint = "linkat", SetLastError = true)]
    private static partial int Linkat(int fromDirectory, byte* from, int toDirectory, byte* to, int flags);
}
