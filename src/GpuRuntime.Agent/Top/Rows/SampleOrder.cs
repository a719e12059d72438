using System.Collections.Immutable;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Top.Rows;

/// <summary>Sorts what is shown. Equals stay as the host counts them, and what is not known comes last whichever way round.</summary>
internal sealed class SampleOrder(TopOrder order, bool isReversed)
{
    /// <summary>By the order as it is meant: the largest first of quantities, the first of ids and names.</summary>
    private bool IsDescending => order is TopOrder.Utilization or TopOrder.Memory or TopOrder.Power != isReversed;

    public ImmutableArray<GpuSample> Gpus(HostSample sample) => order switch
    {
        TopOrder.Utilization => Sorted(sample.Gpus, gpu => gpu.UtilizationRatio),
        TopOrder.Memory => Sorted(sample.Gpus, gpu => gpu.MemoryUsedBytes),
        TopOrder.Power => Sorted(sample.Gpus, gpu => gpu.PowerWatts),
        _ => AsCounted(sample.Gpus),
    };

    public ImmutableArray<ContainerRow> Containers(HostSample sample)
    {
        var rows = ContainerRow.Of(sample);
        return order switch
        {
            TopOrder.Utilization => Sorted(rows, row => row.Unit.UtilizationRatio),
            TopOrder.Memory => Sorted(rows, row => row.Unit.MemoryUsedBytes),
            TopOrder.Container => Sorted(rows, row => Name(row.Use.Container)),
            _ => ByUnit(sample, rows, row => row.Unit.UnitId),
        };
    }

    public ImmutableArray<ProcessUse> Processes(HostSample sample) => order switch
    {
        TopOrder.Utilization => Sorted(sample.Processes, process => process.Use.UtilizationRatio),
        TopOrder.Memory => Sorted(sample.Processes, process => process.Use.MemoryBytes),
        TopOrder.Container => Sorted(sample.Processes, process => process.Container is { } container ? Name(container) : null),
        TopOrder.Pid => Sorted(sample.Processes, process => (int?)process.Process.Pid),
        _ => ByUnit(sample, sample.Processes, process => process.Use.UnitId),
    };

    private static string Name(ContainerIdentity container) => ContainerRow.NameOf(container) is { Length: > 0 } name ? name : container.Id;

    // In the order of the GPUs themselves, which for power is that of their watts.
    private ImmutableArray<T> ByUnit<T>(HostSample sample, ImmutableArray<T> rows, Func<T, string> unit)
    {
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var gpu in Gpus(sample))
            places.TryAdd(gpu.Gpu.Id, places.Count);
        return [.. rows.OrderBy(row => places.GetValueOrDefault(SampleFilter.GpuOf(unit(row)), int.MaxValue))];
    }

    private ImmutableArray<GpuSample> AsCounted(ImmutableArray<GpuSample> gpus) => isReversed ? [.. gpus.Reverse()] : gpus;

    private ImmutableArray<T> Sorted<T, TKey>(ImmutableArray<T> rows, Func<T, TKey?> key)
        where TKey : struct
    {
        var known = rows.Where(row => key(row) is not null);
        return [.. IsDescending ? known.OrderByDescending(row => key(row)!.Value) : known.OrderBy(row => key(row)!.Value), .. rows.Where(row => key(row) is null)];
    }

    private ImmutableArray<T> Sorted<T>(ImmutableArray<T> rows, Func<T, string?> key)
    {
        var known = rows.Where(row => key(row) is not null);
        return [.. IsDescending ? known.OrderByDescending(key, StringComparer.Ordinal) : known.OrderBy(key, StringComparer.Ordinal), .. rows.Where(row => key(row) is null)];
    }
}
