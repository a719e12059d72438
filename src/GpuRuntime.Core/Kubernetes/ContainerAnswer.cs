using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Kubernetes;

/// <summary>What the kubelet is told to give to a container that has got devices.</summary>
public sealed record ContainerAnswer
{
    public ImmutableSortedDictionary<string, string> Environment { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Nodes with their path in the container, on the host, and what may be done with them.</summary>
    public ImmutableArray<DeviceNode> Nodes { get; init; } = [];

    /// <summary>Qualified names of CDI devices.</summary>
    public ImmutableArray<string> CdiDevices { get; init; } = [];

    /// <param name="ids">Of devices of the resource, each once.</param>
    /// <exception cref="GpuRuntimeException">An id is none of the resource's, or these devices cannot be given together.</exception>
    public static ContainerAnswer Of(PluginResource resource, IReadOnlyCollection<string> ids, RuntimeConfiguration configuration) => throw new NotImplementedException();
}
