using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Monitoring;

/// <summary>Finds out whose processes they are: process, cgroup, container; and joins them with the ledger and with the kubelet's list of pods.</summary>
internal interface IContainerAttribution : IDisposable
{
    /// <param name="processes">All of this pass.</param>
    /// <param name="unknown">The ids of GPUs that others may use too, for not all could be read: how much a container uses of them is not known.</param>
    /// <param name="units">The units of this host.</param>
    /// <param name="now">Of a clock that does not run backwards.</param>
    AttributedUse Attribute(ImmutableArray<GpuProcess> processes, ImmutableHashSet<string> unknown, ImmutableArray<HeldUnit> units, TimeSpan now);
}

/// <param name="Problems">What could not be read: one sentence each.</param>
internal sealed record AttributedUse(ImmutableArray<ContainerUse> Containers, ImmutableArray<ProcessUse> Processes, ImmutableArray<string> Problems)
{
    public static readonly AttributedUse Unknown = new([], [], []) { IsWhole = false };

    /// <summary>Every process that was given is among <see cref="Processes"/>, unless it has ended.</summary>
    public bool IsWhole { get; init; } = true;
}
