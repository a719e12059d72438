using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Monitoring;

/// <summary>Finds out whose processes they are: process, cgroup, container; and joins them with the ledger and with the kubelet's list of pods.</summary>
internal interface IContainerAttribution : IDisposable
{
    /// <param name="processes">All of this pass.</param>
    /// <param name="units">The units of this host.</param>
    /// <param name="now">Of a clock that does not run backwards.</param>
    AttributedUse Attribute(ImmutableArray<GpuProcess> processes, ImmutableArray<HeldUnit> units, TimeSpan now);
}

/// <param name="Problems">What could not be read: one sentence each.</param>
internal sealed record AttributedUse(ImmutableArray<ContainerUse> Containers, ImmutableArray<ProcessUse> Processes, ImmutableArray<string> Problems)
{
    public static readonly AttributedUse Nothing = new([], [], []);
}
