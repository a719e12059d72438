using System.Collections.Immutable;
using GpuRuntime.Agent.Kubernetes.PodResources;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Limits;
using GpuRuntime.Core.Monitoring.Attribution;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Linux.Allocations;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Monitoring;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Agent.Monitoring.Attribution;

/// <summary>
/// Joins what processes use of GPUs with the containers that they run in, with the ledger, which says who was given what, and with the kubelet's list.
/// </summary>
/// <param name="pods">Disposed of with this.</param>
internal sealed class ContainerAttribution(RuntimeConfiguration configuration, PodWatch pods) : IContainerAttribution
{
    private readonly KernelFiles _proc = new(configuration.Proc);
    private readonly LedgerReader _ledger = new(configuration.StateDirectory);
    private readonly ProcessUses _processUses = new();
    private readonly LedgerContainers _containers = new();
    private ProcessContainers? _processes;
    private ImmutableArray<HeldUnit> _units;
    private ContainerUses? _uses;
    private PodNames? _names;
    private ImmutableArray<PodDevices> _pods;

    public AttributedUse Attribute(ImmutableArray<GpuProcess> processes, ImmutableHashSet<string> unknown, ImmutableArray<HeldUnit> units, TimeSpan now)
    {
        List<string> problems = [];
        Follow(problems);
        if (_uses is null || units != _units)
            (_uses, _units, _names) = (new ContainerUses(units, Dmem(units), _processUses.Busy), units, null);
        _processes ??= new ProcessContainers(_proc);
        var known = Processes(processes, now, problems);
        var uses = _processUses.Of(processes, known ?? ImmutableDictionary<int, KnownProcess>.Empty);
        if (known is null)
            unknown = [.. units.Select(unit => unit.Gpu.Id)];
        return Named(_uses.Of(_containers, uses, unknown, problems), uses, problems) with { IsWhole = known is not null };
    }

    public void Dispose()
    {
        _containers.Dispose();
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
        if (named == containers)
            return new AttributedUse(named, uses, [.. problems]);
        var changed = new Dictionary<ContainerIdentity, ContainerIdentity>();
        foreach (var (before, after) in containers.Zip(named))
        {
            if (before != after)
                changed[before.Container] = after.Container;
        }

        uses = [.. uses.Select(use => use.Container is { } container && changed.TryGetValue(container, out var known) ? use with { Container = known } : use)];
        return new AttributedUse(named, uses, [.. problems]);
    }

    private IReadOnlyDictionary<int, KnownProcess>? Processes(ImmutableArray<GpuProcess> processes, TimeSpan now, List<string> problems)
    {
        try
        {
            return _processes!.Find(processes, _containers, now);
        }
        catch (LinuxException exception)
        {
            problems.Add($"Whose processes use GPUs is not known: {exception.Message}.");
            return null;
        }
    }

    private void Follow(List<string> problems)
    {
        try
        {
            _containers.Follow(_ledger.Read());
        }
        catch (GpuRuntimeException exception)
        {
            problems.Add(exception.Message);
        }
    }

    private DmemMemory Dmem(ImmutableArray<HeldUnit> units)
    {
        using var host = new LinuxHostRoot(configuration);
        return DmemMemory.Of(UnifiedHierarchy.Read(host), units);
    }
}
