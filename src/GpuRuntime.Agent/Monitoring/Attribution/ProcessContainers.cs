using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Monitoring.Attribution;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Linux.Allocations;
using GpuRuntime.Linux.Monitoring;

namespace GpuRuntime.Agent.Monitoring.Attribution;

/// <summary>Which process is whose: by its cgroup, which is read once and then from time to time, for a process can be moved.</summary>
internal sealed class ProcessContainers(KernelFiles proc)
{
    private static readonly TimeSpan TimeBetweenLooks = TimeSpan.FromMinutes(2);

    private Dictionary<int, KnownProcess> _known = [];
    private Dictionary<int, KnownProcess> _before = [];

    /// <param name="processes">One for each unit that it uses.</param>
    /// <param name="containers">Those of the ledger.</param>
    /// <returns>The processes that are there, by their numbers: one that took the number of another is another. Until the next call.</returns>
    public IReadOnlyDictionary<int, KnownProcess> Find(ImmutableArray<GpuProcess> processes, LedgerContainers containers, TimeSpan now)
    {
        var found = _before;
        found.Clear();
        foreach (var process in processes)
        {
            if (!found.ContainsKey(process.Pid) && Of(process, containers, now) is { } known)
                found[process.Pid] = known;
        }

        (_before, _known) = (_known, found);
        return found;
    }

    private KnownProcess? Of(GpuProcess process, LedgerContainers containers, TimeSpan now)
    {
        if (_known.TryGetValue(process.Pid, out var known) && now - known.Looked < TimeBetweenLooks && known.IsSurely(process, proc))
            return known;
        var mark = ProcessMark.Of(proc, process.Pid);
        if (ProcessStat.Of(proc, process.Pid) is not { } identity)
            return null;
        if (known?.Process == identity && now - known.Looked < TimeBetweenLooks)
            return known with { Mark = mark };
        var name = proc.Read(string.Create(CultureInfo.InvariantCulture, $"{process.Pid}/comm"))?.TrimEnd('\n');
        var cgroups = proc.Read(string.Create(CultureInfo.InvariantCulture, $"{process.Pid}/cgroup"));
        // Gone meanwhile.
        return name is null || cgroups is null ? null : new KnownProcess(identity, name, Container(cgroups, containers), now, mark);
    }

    private static ContainerIdentity? Container(string cgroups, LedgerContainers containers)
    {
        var paths = CgroupPath.Paths(cgroups);
        if (paths.Count == 0)
            return null;
        var named = CgroupPath.Container(cgroups);
        List<LedgerContainer> claimed = named is null ? [] : [.. containers.Of(named.Id)];
        // What its runtime wrote down goes before any name: a container may have made itself a cgroup of another's name.
        if (claimed.Find(container => container.Holds(paths)) is { } proven)
            return Known(proven.Identity, named!);
        if (containers.All.FirstOrDefault(container => container.Holds(paths)) is { } holder)
            return holder.Identity;
        if (claimed.Find(container => container.MayHold(paths)) is { } own)
            return Known(own.Identity, named!);
        return claimed.Count == 0 ? named : null;
    }

    // The bundle knows more, and the cgroup the engine's name where the bundle lies at no engine's place.
    private static ContainerIdentity Known(ContainerIdentity bundle, ContainerIdentity cgroup) =>
        bundle with { Engine = bundle.Engine == "oci" ? cgroup.Engine : bundle.Engine, PodUid = bundle.PodUid ?? cgroup.PodUid };
}
