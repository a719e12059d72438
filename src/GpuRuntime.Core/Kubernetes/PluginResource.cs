using System.Collections.Immutable;

namespace GpuRuntime.Core.Kubernetes;

/// <summary>What a device of a resource gives.</summary>
public enum ResourceKind
{
    /// <summary>A GPU, partition or MIG device for one container alone.</summary>
    Unit,

    /// <summary>A turn at one that several containers share: nothing keeps them apart.</summary>
    Share,

    /// <summary>A GiB of the memory of one, held by a limit.</summary>
    Memory,
}

/// <summary>An extended resource of the node, such as <c>amd.com/gpu</c>: what pods ask for by its name and a number.</summary>
/// <param name="Devices">In the order of the host's units, shares and GiB of one unit next to each other.</param>
public sealed record PluginResource(string Name, ResourceKind Kind, ImmutableArray<PluginDevice> Devices);
