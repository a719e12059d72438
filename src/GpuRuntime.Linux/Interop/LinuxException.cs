using System.Runtime.InteropServices;

namespace GpuRuntime.Linux.Interop;

/// <summary>A system call that failed: what was tried, on what, and why.</summary>
public sealed class LinuxException : IOException
{
    private LinuxException(string message, Errno errno)
        : base(message) => Errno = errno;

    public Errno Errno { get; }

    /// <summary>From the calling thread's last error.</summary>
    internal static LinuxException Last(string call, string subject) => Of(call, subject, LastErrno());

    internal static LinuxException Of(string call, string subject, Errno errno) =>
        new($"{call} {subject}: {Describe(errno)}", errno);

    /// <summary>The machine's trouble, which says nothing of the file that was asked for: not that it is absent either.</summary>
    internal static bool IsOfMachine(Errno errno) =>
        errno is Errno.Interrupted or Errno.TryAgain or Errno.InputOutput or Errno.NoMemory or Errno.TooManyFiles or Errno.TooManyFilesOfSystem or Errno.NoSpace;

    /// <summary>Of a file of sysfs or procfs that is read, this is the driver's word: the GPU does not have that attribute, or has no power for it now.</summary>
    internal static bool IsOfDriver(Errno errno) => errno is Errno.InputOutput or Errno.TryAgain;

    internal static Errno LastErrno() => (Errno)Marshal.GetLastPInvokeError();

    // strerror's words; Marshal's own lookup would bring in tables for every platform.
    private static string Describe(Errno errno) => errno switch
    {
        Errno.NotPermitted => "operation not permitted (EPERM)",
        Errno.NoEntry => "no such file or directory (ENOENT)",
        Errno.NoProcess => "no such process (ESRCH)",
        Errno.Interrupted => "interrupted (EINTR)",
        Errno.InputOutput => "input/output error (EIO)",
        Errno.NoMemory => "out of memory (ENOMEM)",
        Errno.TooManyFiles => "too many open files (EMFILE)",
        Errno.TooManyFilesOfSystem => "too many open files in the system (ENFILE)",
        Errno.Busy => "device or resource busy (EBUSY)",
        Errno.AccessDenied => "permission denied (EACCES)",
        Errno.Exists => "file exists (EEXIST)",
        Errno.CrossDevice => "leads out of its file system (EXDEV)",
        Errno.NoDevice => "no such device (ENODEV)",
        Errno.NotDirectory => "not a directory (ENOTDIR)",
        Errno.IsDirectory => "is a directory (EISDIR)",
        Errno.Invalid => "invalid argument (EINVAL)",
        Errno.FileTooLarge => "file too large (EFBIG)",
        Errno.NoSpace => "no space left on device (ENOSPC)",
        Errno.BrokenPipe => "nobody reads any more (EPIPE)",
        Errno.ReadOnlyFileSystem => "read-only file system (EROFS)",
        Errno.NoSystemCall => "the kernel does not have this system call (ENOSYS)",
        Errno.TooManyLinks => "too many levels of symbolic links (ELOOP)",
        _ => $"error number {(int)errno}",
    };
}
