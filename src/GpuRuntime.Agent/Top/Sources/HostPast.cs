using System.Collections.Immutable;

namespace GpuRuntime.Agent.Top.Sources;

/// <summary>What an agent has kept of the time before the first sample.</summary>
/// <param name="Period">From one point to the next.</param>
internal sealed record HostPast(TimeSpan Period, ImmutableArray<GpuPast> Gpus)
{
    public static HostPast None { get; } = new(TimeSpan.FromSeconds(1), []);
}

/// <summary>One GPU's points, oldest first and in pairs; <see langword="null"/> where nothing is known.</summary>
/// <param name="Points">The part of the time in which it worked (0 to 1), and bytes of its memory that were in use.</param>
internal sealed record GpuPast(string GpuId, ImmutableArray<(double? UtilizationRatio, double? MemoryUsedBytes)> Points);
