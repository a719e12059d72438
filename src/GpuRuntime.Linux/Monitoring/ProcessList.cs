using System.Buffers.Text;
using System.Globalization;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Monitoring;

/// <summary>The processes of a host, for somebody who follows them: all at once, a few at a time, or those that have begun lately.</summary>
public sealed class ProcessList(KernelFiles proc) : IDisposable
{
    // A name of five digits takes 32 bytes (struct linux_dirent64).
    private const int BytesOfName = 32;

    private const long NoDistance = -1;

    private FileDescriptor? _directory;
    private long? _distance;

    /// <exception cref="LinuxException">They cannot be listed.</exception>
    public IReadOnlyList<int> All()
    {
        var pids = new List<int>();
        using var directory = proc.TryDirectory(".");
        if (directory is not null)
            Libc.VisitNames(directory, name => Add(name, pids));
        pids.Sort();
        return pids;
    }

    /// <summary>The next few: whoever asks again and again gets each process once in a round.</summary>
    /// <param name="most">About so many, at least one.</param>
    /// <returns>Empty at the end of a round; the next one begins with the next call.</returns>
    /// <exception cref="LinuxException">They cannot be listed.</exception>
    public IReadOnlyList<int> Next(int most)
    {
        var pids = new List<int>();
        _directory ??= proc.TryDirectory(".");
        // Other names than processes' come first.
        Span<byte> buffer = stackalloc byte[Math.Clamp(most, 8, 256) * BytesOfName];
        while (_directory is not null && pids.Count == 0)
        {
            if (Libc.VisitSomeNames(_directory, buffer, (name, _) => Add(name, pids)))
                continue;
            _directory.Dispose();
            _directory = null;
        }

        return pids;
    }

    /// <summary>The number that the kernel gave away last, to a process or to a thread; <see langword="null"/> where it does not tell.</summary>
    /// <exception cref="LinuxException">It cannot be read.</exception>
    public int? LastNumber() =>
        // https://man7.org/linux/man-pages/man5/proc_loadavg.5.html
        proc.Read("loadavg")?.Trim().Split(' ') is [.., var last] && int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;

    /// <summary>
    /// Processes with a higher number, threads left out. In procfs a process's place in the directory follows from its number: the kernel's own places
    /// tell how, so that nothing before it needs to be listed.
    /// </summary>
    /// <returns>In the order of their numbers; <see langword="null"/> where the tree is no procfs.</returns>
    /// <exception cref="LinuxException">They cannot be listed.</exception>
    public IReadOnlyList<int>? Above(int number)
    {
        using var directory = proc.TryDirectory(".");
        if (!proc.IsProcfs || directory is null || (_distance ??= Distance(directory)) is not (>= 0 and var distance))
            return null;
        var pids = new List<int>();
        Libc.Seek(directory, number + distance);
        Libc.VisitNames(directory, name => Add(name, pids));
        pids.RemoveAll(pid => pid <= number);
        return pids;
    }

    public void Dispose() => _directory?.Dispose();

    // Between a process's number and its place, which stands with the name before it: the same for all of them.
    private static long Distance(FileDescriptor directory)
    {
        long? distance = null, place = null;
        Span<byte> buffer = stackalloc byte[4 << 10];
        while (distance != NoDistance && Libc.VisitSomeNames(directory, buffer, (name, next) =>
        {
            if (Number(name) is { } pid && place is { } own)
                distance = distance is null || distance == own - pid ? own - pid : NoDistance;
            place = Number(name) is null ? null : next;
        }))
        {
        }

        return distance is >= 0 and var known ? known : NoDistance;
    }

    private static void Add(ReadOnlySpan<byte> name, List<int> pids)
    {
        if (Number(name) is { } pid)
            pids.Add(pid);
    }

    private static int? Number(ReadOnlySpan<byte> name) =>
        Utf8Parser.TryParse(name, out int pid, out var length) && length == name.Length && pid > 0 ? pid : null;
}
