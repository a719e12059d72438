using System.Collections.Immutable;

namespace GpuRuntime.Core.Monitoring.Samples;

/// <summary>What a host's GPUs, containers and processes told in one pass.</summary>
/// <param name="Time">When the pass was over.</param>
public sealed record HostSample(DateTimeOffset Time)
{
    /// <summary>Every GPU and partition of the host, in the order of the inventory; one that told nothing in time says so.</summary>
    public ImmutableArray<GpuSample> Gpus { get; init; } = [];

    /// <summary>Containers that hold a GPU or use one, in ordinal order of their ids.</summary>
    public ImmutableArray<ContainerUse> Containers { get; init; } = [];

    /// <summary>Processes that use a GPU, one entry for each GPU or MIG device that they use, in the order of their numbers.</summary>
    public ImmutableArray<ProcessUse> Processes { get; init; } = [];

    /// <summary>What could not be read in this pass of what belongs to no single GPU: one sentence each.</summary>
    public ImmutableArray<string> Problems { get; init; } = [];

    /// <summary>How long the pass took.</summary>
    public TimeSpan Duration { get; init; }
}
