using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Linux.Allocations;
using GpuRuntime.Linux.Cgroups;
using GpuRuntime.Linux.Monitoring.Attribution;

namespace GpuRuntime.Agent.Monitoring.Attribution;

/// <summary>A container of the ledger, and what is found out about it once.</summary>
internal sealed class LedgerContainer(AllocationEntry entry) : IDisposable
{
    private StartedContainer? _started;
    private ContainerCgroup? _cgroup;

    public AllocationEntry Entry => entry;

    public ContainerIdentity Identity { get; } = BundleReader.Identify(entry.Container, entry.Bundle);

    /// <summary>Whether a process with these cgroups runs in it, by what its low-level runtime wrote down.</summary>
    /// <param name="paths">Of <c>/proc/PID/cgroup</c>.</param>
    public bool Holds(IReadOnlyList<string> paths) => Started is { IsCgroupKnown: true } started && IsBelow(paths, started);

    /// <summary>The same, where nothing is known that speaks against it.</summary>
    public bool MayHold(IReadOnlyList<string> paths) => Started is not { IsCgroupKnown: true } started || IsBelow(paths, started);

    /// <summary>A file of its cgroup in version 2's hierarchy; <see langword="null"/> where there is none.</summary>
    public string? Read(string file)
    {
        if (_cgroup is null || _started is null || !ProcessStat.IsAlive(_started.FirstProcess))
        {
            Dispose();
            _started = StartedContainer.Of(entry);
            _cgroup = _started is null ? null : ContainerCgroup.Of(_started.FirstProcess.Pid, _started.Cgroups);
        }

        return _cgroup is { IsVersion2: true } cgroup ? cgroup.Read(file) : null;
    }

    public void Dispose()
    {
        _cgroup?.Dispose();
        _cgroup = null;
    }

    // It may not have started when it was first asked.
    private StartedContainer? Started => _started ??= StartedContainer.Of(entry);

    private static bool IsBelow(IReadOnlyList<string> paths, StartedContainer started) => paths.Any(path => started.Cgroups.Any(made => IsBelow(Seen(path), made)));

    // What lies outside of this process's own cgroup namespace begins with as many steps up.
    private static string Seen(string path)
    {
        while (path.StartsWith("/../", StringComparison.Ordinal))
            path = path[3..];
        return path;
    }

    // A directory of the host ends with the path in its hierarchy.
    private static bool IsBelow(string path, string made)
    {
        for (var end = path.Length; end > 1; end = path.LastIndexOf('/', end - 1))
        {
            if (made.AsSpan().EndsWith(path.AsSpan(0, end), StringComparison.Ordinal))
                return true;
        }

        return false;
    }
}
