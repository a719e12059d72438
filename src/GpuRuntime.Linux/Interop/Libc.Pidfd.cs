
namespace GpuRuntime.Linux.Interop;

internal static unsafe partial class Libc
{
    internal const int SignalKill = 9;

    private const nint PidfdSendSignalNumber = 424;
    private const nint PidfdOpenNumber = 434;

    /// <summary>
    /// A process, whoever gets its number later. <see langword="null"/> when there is none. https://man7.org/linux/man-pages/man2/pidfd_open.2.html
    /// </summary>
    internal static FileDescriptor? TryOpenProcess(int pid)
    {
        // The kernel sets close-on-exec on it.
        var descriptor = Syscall(PidfdOpenNumber, pid, 0, 0, 0, 0);
        if (descriptor >= 0)
            return new FileDescriptor((int)descriptor);
        var errno = LinuxException.LastErrno();
        return errno is Errno.NoProcess or Errno.Invalid ? null : throw LinuxException.Of("pidfd_open", $"process {pid}", errno);
    }

    /// <summary>Sends a signal; a process that has ended gets none. https://man7.org/linux/man-pages/man2/pidfd_send_signal.2.html</summary>
    internal static void SendSignal(FileDescriptor process, int signal, string subject)
    {
        if (Syscall(PidfdSendSignalNumber, process.Number, signal, 0, 0, 0) == 0)
            return;
        var errno = LinuxException.LastErrno();
        if (errno != Errno.NoProcess)
            throw LinuxException.Of("pidfd_send_signal", subject, errno);
    }
}
