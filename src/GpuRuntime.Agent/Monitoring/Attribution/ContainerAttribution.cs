using System.Collections.Immutable;
using GpuRuntime.Agent.Kubernetes.PodResources;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Limits;
using GpuRuntime.Core.Monitoring.Attribution;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Linux.Allocations;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Monitoring;
using GpuRuntime.Linux.Paths;
using UnitUse = GpuRuntime.Core.Monitoring.Samples.UnitUse;

namespace GpuRuntime.Agent.Monitoring.Attribution;

/// <summary>
/// Joins what processes use of GPUs with the containers that they run in, with the ledger, which says who was given what, and with the kubelet's list.
/// </summary>
/// <param name="pods">Disposed of with this.</param>
internal sealed class ContainerAttribution(RuntimeConfiguration configuration, PodWatch pods) : IContainerAttribution
{
    private readonly KernelFiles _proc = new(configuration.Proc);
    private readonly LedgerReader _ledger = new(configuration.StateDirectory);
    private readonly BusyTimes _busy = new();
    private readonly Dictionary<AllocationEntry, LedgerContainer> _containers = new(ReferenceEqualityComparer.Instance);
    private ProcessContainers? _processes;
    private ImmutableArray<AllocationEntry> _entries = [];
    private ImmutableArray<HeldUnit> _units;
    private DmemMemory? _dmem;
    private PodNames? _names;
    private ImmutableArray<PodDevices> _pods;

    public AttributedUse Attribute(ImmutableArray<GpuProcess> processes, ImmutableArray<HeldUnit> units, TimeSpan now)
    {
        List<string> problems = [];
        Follow(problems);
        if (_dmem is null || units != _units)
            (_dmem, _units, _names) = (Dmem(units), units, null);
        _processes ??= new ProcessContainers(_proc);
        var known = Processes(processes, now, problems);
        var uses = processes.Where(process => known.ContainsKey(process.Pid)).OrderBy(process => process.Pid).ThenBy(process => process.UnitId, StringComparer.Ordinal)
            .Select(process => new ProcessUse(known[process.Pid].Process, known[process.Pid].Name, process) { Container = known[process.Pid].Container }).ToImmutableArray();
        _busy.Follow(uses);
        return Named(Containers(uses, units, problems), uses, problems);
    }

    public void Dispose()
    {
        foreach (var container in _containers.Values)
            container.Dispose();
        _proc.Dispose();
        pods.Dispose();
    }

    private AttributedUse Named(ImmutableArray<ContainerUse> containers, ImmutableArray<ProcessUse> uses, List<string> problems)
    {
        var answer = pods.Latest;
        if (answer.Problem is { } problem)
            problems.Add(problem);
        if (_names is null || answer.Pods != _pods)
            (_names, _pods) = (new PodNames(answer.Pods, _units), answer.Pods);
        var named = _names.Complete(containers);
        var changed = new Dictionary<ContainerIdentity, ContainerIdentity>();
        foreach (var (before, after) in containers.Zip(named))
        {
            if (before.Container != after.Container)
                changed[before.Container] = after.Container;
        }

        if (changed.Count > 0)
            uses = [.. uses.Select(use => use.Container is { } container && changed.TryGetValue(container, out var known) ? use with { Container = known } : use)];
        return new AttributedUse(named, uses, [.. problems]);
    }

    private IReadOnlyDictionary<int, KnownProcess> Processes(ImmutableArray<GpuProcess> processes, TimeSpan now, List<string> problems)
    {
        try
        {
            return _processes!.Find(processes.Select(process => process.Pid), _containers.Values, now);
        }
        catch (LinuxException exception)
        {
            problems.Add($"Whose processes use GPUs is not known: {exception.Message}.");
            return ImmutableDictionary<int, KnownProcess>.Empty;
        }
    }

    private void Follow(List<string> problems)
    {
        ImmutableArray<AllocationEntry> entries;
        try
        {
            entries = _ledger.Read();
        }
        catch (GpuRuntimeException exception)
        {
            problems.Add(exception.Message);
            return;
        }

        if (entries == _entries)
            return;
        _entries = entries;
        var present = entries.ToHashSet<AllocationEntry>(ReferenceEqualityComparer.Instance);
        foreach (var (entry, container) in _containers.Where(pair => !present.Contains(pair.Key)).ToList())
        {
            container.Dispose();
            _containers.Remove(entry);
        }

        foreach (var entry in entries)
        {
            if (!_containers.ContainsKey(entry))
                _containers[entry] = new LedgerContainer(entry);
        }
    }

    private DmemMemory Dmem(ImmutableArray<HeldUnit> units)
    {
        using var host = new LinuxHostRoot(configuration);
        return DmemMemory.Of(UnifiedHierarchy.Read(host), units);
    }

    private ImmutableArray<ContainerUse> Containers(ImmutableArray<ProcessUse> uses, ImmutableArray<HeldUnit> units, List<string> problems)
    {
        var byId = uses.Where(use => use.Container is not null).ToLookup(use => use.Container!.Id, StringComparer.Ordinal);
        var containers = new List<ContainerUse>();
        var listed = new HashSet<ProcessUse>(ReferenceEqualityComparer.Instance);
        foreach (var entry in _entries)
        {
            var container = _containers[entry];
            var own = byId[container.Identity.Id].Where(use => ContainerKey.MayBeSame(use.Container!, container.Identity) && listed.Add(use)).ToList();
            var granted = entry.Units.Select(unit => Granted(unit, container, own, units, problems)).ToList();
            containers.Add(new ContainerUse(own.FirstOrDefault()?.Container ?? container.Identity, [.. granted.Concat(Used(own, [.. granted.Select(unit => unit.UnitId)], units)).OrderBy(unit => unit.UnitId, StringComparer.Ordinal)])
            {
                Since = entry.Since,
                Mode = entry.Mode,
            });
        }

        foreach (var own in byId.SelectMany(uses => uses).Where(use => !listed.Contains(use)).GroupBy(use => ContainerKey.Of(use.Container!)))
            containers.Add(new ContainerUse(own.First().Container!, [.. Used([.. own], [], units).OrderBy(unit => unit.UnitId, StringComparer.Ordinal)]));
        return [.. containers.OrderBy(container => container.Container.Id, StringComparer.Ordinal)];
    }

    private UnitUse Granted(AllocatedUnit unit, LedgerContainer container, List<ProcessUse> own, ImmutableArray<HeldUnit> units, List<string> problems)
    {
        // Indexes may have changed since: the place on the bus has not.
        var held = units.FirstOrDefault(other => other.Name == unit.Name);
        var id = held?.Id ?? unit.Id;
        var use = Use(id, held?.Gpu.Vendor ?? GpuVendors.Parse(id.AsSpan(0, id.IndexOf(':', StringComparison.Ordinal))) ?? GpuVendor.Nvidia, held?.Gpu.Id ?? id, own);
        return use with
        {
            IsGranted = true,
            MemoryLimit = unit.Memory,
            ComputeLimit = unit.Compute,
            MemoryUsedBytes = held is null ? null : FromCgroup(held, container, problems) ?? FromProcesses(own, id),
        };
    }

    private IEnumerable<UnitUse> Used(List<ProcessUse> own, HashSet<string> except, ImmutableArray<HeldUnit> units)
    {
        foreach (var id in own.Select(use => use.Use.UnitId).Distinct(StringComparer.Ordinal).Where(id => !except.Contains(id)))
        {
            if (units.FirstOrDefault(unit => unit.Id == id) is { } held)
                yield return Use(id, held.Gpu.Vendor, held.Gpu.Id, own) with { MemoryUsedBytes = FromProcesses(own, id) };
        }
    }

    private UnitUse Use(string id, GpuVendor vendor, string gpu, List<ProcessUse> own)
    {
        List<ProcessUse> users = [.. own.Where(use => use.Use.UnitId == id)];
        return new UnitUse(id, vendor, gpu)
        {
            UtilizationRatio = users.Exists(use => use.Use.UtilizationRatio is not null) ? Math.Min(1, users.Sum(use => use.Use.UtilizationRatio ?? 0)) : null,
            BusySeconds = own.Count == 0 ? null : _busy.Of(ContainerKey.Of(own[0].Container!), id),
            ProcessCount = users.Select(use => use.Process.Pid).Distinct().Count(),
        };
    }

    private long? FromCgroup(HeldUnit unit, LedgerContainer container, List<string> problems)
    {
        if (!_dmem!.Tells(unit))
            return null;
        try
        {
            return container.Read(Core.Monitoring.DmemUse.File) is { } text ? _dmem.Of(unit, text) : null;
        }
        catch (Exception exception) when (exception is LinuxException or GpuRuntimeException)
        {
            problems.Add($"The cgroup of container {PrintableText.Of(container.Entry.Container)} cannot be read: {exception.Message.TrimEnd('.')}.");
            return null;
        }
    }

    // A container without a process there holds nothing; one with a process of which the driver does not tell holds nobody knows how much.
    private static long? FromProcesses(List<ProcessUse> own, string id)
    {
        var sum = 0L;
        foreach (var use in own.Where(use => use.Use.UnitId == id))
        {
            if (use.Use.MemoryBytes is not { } bytes)
                return null;
            sum = bytes > long.MaxValue - sum ? long.MaxValue : sum + bytes;
        }

        return sum;
    }
}
