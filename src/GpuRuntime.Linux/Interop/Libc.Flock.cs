using System.Runtime.InteropServices;

namespace GpuRuntime.Linux.Interop;

internal static partial class Libc
{
    private const int LockShared = 1;
    private const int LockExclusive = 2;
    private const int LockWithoutWaiting = 4;

    /// <summary>Takes a lock that goes with the open file, so that the kernel gives it back when its holder dies. https://man7.org/linux/man-pages/man2/flock.2.html</summary>
    /// <returns>Whether it was had; not when somebody else has it.</returns>
    /// <exception cref="LinuxException">It cannot be locked at all.</exception>
    internal static bool TryLock(FileDescriptor file, string subject, bool shared = false)
    {
        while (Flock(file.Number, (shared ? LockShared : LockExclusive) | LockWithoutWaiting) != 0)
        {
            switch (LinuxException.LastErrno())
            {
                case Errno.Interrupted:
                    continue;
                case Errno.TryAgain:
                    return false;
                case var errno:
                    throw LinuxException.Of("flock", subject, errno);
            }
        }

        return true;
    }

    /// <summary>The same, waiting for it. Those who wait have their turn in the order in which they came.</summary>
    /// <exception cref="LinuxException">It cannot be locked at all.</exception>
    internal static void Lock(FileDescriptor file, string subject)
    {
        while (Flock(file.Number, LockExclusive) != 0)
        {
            if (LinuxException.LastErrno() is not Errno.Interrupted and var errno)
                throw LinuxException.Of("flock", subject, errno);
        }
    }

    [LibraryImport(Library, EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(int file, int operation);
}
