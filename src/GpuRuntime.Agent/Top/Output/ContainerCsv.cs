using GpuRuntime.Agent.Top.Rows;
using GpuRuntime.Core.Configuration;

namespace GpuRuntime.Agent.Top.Output;

/// <summary>A row for each GPU or MIG device of each container.</summary>
internal static class ContainerCsv
{
    public const string Header =
        "time,container,engine,name,namespace,pod,pod_container,gpu,granted,memory_used_bytes,memory_limit_bytes,memory_limit_tier,compute_limit_percent,compute_limit_tier,"
        + "utilization_ratio,busy_seconds,processes";

    public static string Row(DateTimeOffset time, ContainerRow row)
    {
        var (container, unit) = (row.Use.Container, row.Unit);
        return new CsvLine()
            .Add(time).Add(container.Id).Add(container.Engine).Add(container.Name).Add(container.PodNamespace).Add(container.Pod).Add(container.PodContainer)
            .Add(unit.UnitId).Add(unit.IsGranted ? 1L : 0L).Add(unit.MemoryUsedBytes)
            .Add(unit.MemoryLimit?.EnforcedBytes).Add(unit.MemoryLimit?.Tier.Word()).Add(unit.ComputeLimit?.Percent).Add(unit.ComputeLimit?.Tier.Word())
            .Add(unit.UtilizationRatio).Add(unit.BusySeconds).Add(unit.ProcessCount)
            .ToString();
    }
}
