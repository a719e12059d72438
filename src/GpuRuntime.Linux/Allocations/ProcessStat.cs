using System.Globalization;
using System.Text;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Monitoring;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Allocations;

/// <summary>Who a process is, from <c>/proc/PID/stat</c>. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html</summary>
public static class ProcessStat
{
    private const int Largest = 4096;
    private const int StartTimeField = 22;

    /// <returns><see langword="null"/> when there is no such process, or it has ended and waits for its parent.</returns>
    /// <exception cref="LinuxException">It cannot be told. Whoever took that for an end would give away what the process holds.</exception>
    public static ProcessIdentity? Of(int pid)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat");
        using var file = Libc.TryOpenAt(Libc.AtFdCwd, path, OpenFlags.ReadOnly, Resolve.None, out var errno);
        if (file is null)
            return errno is Errno.NoEntry or Errno.NoProcess ? null : throw LinuxException.Of("open", path, errno);
        if (FileContent.ReadAll(file, Largest, out _) is not { } content)
            return LinuxException.LastErrno() is var reason && reason == Errno.NoProcess ? null : throw LinuxException.Of("read", path, reason);
        return Parse(Encoding.UTF8.GetString(content)) is { } start ? new ProcessIdentity(pid, start) : null;
    }

    /// <summary>The same of a tree that stands for <c>/proc</c>.</summary>
    /// <inheritdoc cref="Of(int)"/>
    public static ProcessIdentity? Of(KernelFiles proc, int pid) =>
        proc.Read(string.Create(CultureInfo.InvariantCulture, $"{pid}/stat")) is { } text && Parse(text) is { } start ? new ProcessIdentity(pid, start) : null;

    public static ProcessIdentity Self => Of(Environment.ProcessId) ?? throw LinuxException.Of("read", "/proc/self/stat", Errno.NoProcess);

    /// <summary>Whether it is there, and is that very one.</summary>
    public static bool IsAlive(ProcessIdentity process) => Of(process.Pid) == process;

    // The second field is the program's name in parentheses, which may hold spaces and parentheses itself.
    private static long? Parse(string stat)
    {
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        const int firstField = 3;
        return fields.Length > StartTimeField - firstField && fields[0] is not ("Z" or "X")
            && long.TryParse(fields[StartTimeField - firstField], NumberStyles.None, CultureInfo.InvariantCulture, out var start)
                ? start
                : null;
    }
}
