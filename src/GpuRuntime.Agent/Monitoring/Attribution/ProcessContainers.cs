using System.Globalization;
using GpuRuntime.Core.Monitoring.Attribution;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Linux.Allocations;
using GpuRuntime.Linux.Monitoring;

namespace GpuRuntime.Agent.Monitoring.Attribution;

/// <summary>Which process is whose: by its cgroup, which is read once and then from time to time, for a process can be moved.</summary>
internal sealed class ProcessContainers(KernelFiles proc)
{
    private static readonly TimeSpan TimeBetweenLooks = TimeSpan.FromSeconds(30);

    private Dictionary<int, KnownProcess> _known = [];

    /// <param name="containers">Those of the ledger.</param>
    /// <returns>The processes that are there, by their numbers: one that took the number of another is another.</returns>
    public IReadOnlyDictionary<int, KnownProcess> Find(IEnumerable<int> pids, IReadOnlyCollection<LedgerContainer> containers, TimeSpan now)
    {
        var found = new Dictionary<int, KnownProcess>();
        foreach (var pid in pids)
        {
            if (!found.ContainsKey(pid) && Of(pid, containers, now) is { } process)
                found[pid] = process;
        }

        _known = found;
        return found;
    }

    private KnownProcess? Of(int pid, IReadOnlyCollection<LedgerContainer> containers, TimeSpan now)
    {
        if (ProcessStat.Of(proc, pid) is not { } identity)
            return null;
        if (_known.TryGetValue(pid, out var known) && known.Process == identity && now - known.Looked < TimeBetweenLooks)
            return known;
        var name = proc.Read(string.Create(CultureInfo.InvariantCulture, $"{pid}/comm"))?.TrimEnd('\n');
        var cgroups = proc.Read(string.Create(CultureInfo.InvariantCulture, $"{pid}/cgroup"));
        // Gone meanwhile.
        return name is null || cgroups is null ? null : new KnownProcess(identity, name, Container(cgroups, containers), now);
    }

    private static ContainerIdentity? Container(string cgroups, IReadOnlyCollection<LedgerContainer> containers)
    {
        var paths = CgroupPath.Paths(cgroups);
        if (paths.Count == 0)
            return null;
        var named = CgroupPath.Container(cgroups);
        var claimed = named is null ? [] : containers.Where(container => container.Entry.Container == named.Id).ToList();
        // What its runtime wrote down goes before any name: a container may have made itself a cgroup of another's name.
        if (claimed.Find(container => container.Holds(paths)) is { } proven)
            return Known(proven.Identity, named!);
        if (containers.FirstOrDefault(container => container.Holds(paths)) is { } holder)
            return holder.Identity;
        if (claimed.Find(container => container.MayHold(paths)) is { } own)
            return Known(own.Identity, named!);
        return claimed.Count == 0 ? named : null;
    }

    // The bundle knows more, and the cgroup the engine's name where the bundle lies at no engine's place.
    private static ContainerIdentity Known(ContainerIdentity bundle, ContainerIdentity cgroup) =>
        bundle with { Engine = bundle.Engine == "oci" ? cgroup.Engine : bundle.Engine, PodUid = bundle.PodUid ?? cgroup.PodUid };
}
