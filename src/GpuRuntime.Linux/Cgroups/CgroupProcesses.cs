using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Cgroups;

/// <summary>The processes of a cgroup and of all cgroups below it (cgroup.procs of each, both versions).</summary>
internal static class CgroupProcesses
{
    private const string ProcessFile = "cgroup.procs";
    private const int LargestList = 16 << 20;
    private const int MostRounds = 500;
    private const int PauseMilliseconds = 10;

    /// <param name="directory">The open cgroup.</param>
    /// <param name="path">For messages.</param>
    public static ImmutableArray<int> Of(FileDescriptor directory, string path)
    {
        var found = new HashSet<int>();
        var waiting = new Stack<string>([""]);
        while (waiting.TryPop(out var cgroup))
        {
            Read(directory, cgroup, path, found);
            foreach (var name in Names(directory, cgroup, path))
            {
                var below = cgroup.Length == 0 ? name : $"{cgroup}/{name}";
                if (Libc.StatOfAny(directory.Number, below, Libc.AtSymlinkNoFollow) is { Type: FileType.Directory })
                    waiting.Push(below);
            }
        }

        // 0 stands for a process of a pid namespace that is not below the reader's.
        found.Remove(0);
        var processes = new int[found.Count];
        found.CopyTo(processes);
        Array.Sort(processes);
        return [.. processes];
    }

    /// <summary>Kills until none is left.</summary>
    public static void Kill(FileDescriptor directory, string path)
    {
        var left = Of(directory, path);
        for (var round = 0; round < MostRounds && !left.IsEmpty; round++)
        {
            if (round > 0)
                Thread.Sleep(PauseMilliseconds);
            left = KillListed(directory, path, left);
        }

        if (!left.IsEmpty)
            throw new GpuRuntimeException(ErrorCode.LimitUnavailable, $"{left.Length} processes of {path} are still there after SIGKILL, process {left[0]} among them; see whether the driver hangs (dmesg).");
    }

    // A number may become another process's at any moment. What is listed again once it is open was in the cgroup all the time.
    private static ImmutableArray<int> KillListed(FileDescriptor directory, string path, ImmutableArray<int> listed)
    {
        var opened = new List<(int Pid, FileDescriptor Process)>(listed.Length);
        try
        {
            foreach (var pid in listed)
            {
                if (Libc.TryOpenProcess(pid) is { } process)
                    opened.Add((pid, process));
            }

            var again = Of(directory, path);
            foreach (var (pid, process) in opened)
            {
                if (again.BinarySearch(pid) >= 0)
                    Libc.SendSignal(process, Libc.SignalKill, $"process {pid}");
            }

            return Of(directory, path);
        }
        finally
        {
            foreach (var (_, process) in opened)
                process.Dispose();
        }
    }

    private static void Read(FileDescriptor directory, string cgroup, string path, HashSet<int> found)
    {
        using var list = TryOpen(directory, cgroup.Length == 0 ? ProcessFile : $"{cgroup}/{ProcessFile}", OpenFlags.ReadOnly, path);
        // A threaded cgroup lists no processes; those of its threads are listed above it. A deleted one has none.
        if (list is null || FileContent.ReadAll(list, LargestList, out _) is not { } content)
            return;
        foreach (var line in Encoding.ASCII.GetString(content).Split('\n'))
        {
            if (int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
                found.Add(pid);
        }
    }

    private static List<string> Names(FileDescriptor directory, string cgroup, string path)
    {
        using var opened = TryOpen(directory, cgroup.Length == 0 ? "." : cgroup, Libc.Directory, path);
        try
        {
            return opened is null ? [] : Libc.Names(opened);
        }
        catch (LinuxException exception) when (exception.Errno == Errno.NoEntry)
        {
            // Deleted since it was opened.
            return [];
        }
    }

    private static FileDescriptor? TryOpen(FileDescriptor directory, string cgroup, OpenFlags flags, string path) =>
        Libc.TryOpenAt(directory.Number, cgroup, flags, Resolve.Beneath | Resolve.NoSymlinks | Resolve.NoCrossMount, out var errno)
        ?? (errno is Errno.NoEntry or Errno.NoDevice ? null : throw LinuxException.Of("open", $"{path}/{cgroup}", errno));
}
