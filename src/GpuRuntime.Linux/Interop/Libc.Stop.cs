namespace GpuRuntime.Linux.Interop;

internal static partial class Libc
{
    /// <summary>Stops this process, all of its threads, until somebody has it go on. https://man7.org/linux/man-pages/man2/kill.2.html</summary>
    internal static void StopSelf()
    {
        const int stop = 19;
        if (SendSignal(Environment.ProcessId, stop) != 0)
            throw LinuxException.Last("kill", "this process");
    }
}
