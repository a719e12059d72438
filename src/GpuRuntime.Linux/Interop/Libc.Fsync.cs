using System.Runtime.InteropServices;

namespace GpuRuntime.Linux.Interop;

internal static partial class Libc
{
    /// <summary>Waits until a file's content is on its medium. https://man7.org/linux/man-pages/man2/fsync.2.html</summary>
    internal static void Synchronize(FileDescriptor file, string subject)
    {
        if (Fsync(file.Number) != 0)
            throw LinuxException.Last("fsync", subject);
    }

    [LibraryImport(Library, EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int file);
}
