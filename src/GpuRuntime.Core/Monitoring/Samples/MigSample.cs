using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Monitoring.Samples;

/// <summary>What a MIG device told.</summary>
/// <param name="Device">Described as far as it is known.</param>
public sealed record MigSample(MigDevice Device)
{
    public long? MemoryTotalBytes { get; init; }

    public long? MemoryUsedBytes { get; init; }

    /// <summary>0 to 1, where the driver tells it of an instance.</summary>
    public double? UtilizationRatio { get; init; }
}
