using System.Collections.Immutable;
using GpuRuntime.Agent.Kubernetes.DevicePlugin.V1Beta1;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Kubernetes;

namespace GpuRuntime.Agent.Kubernetes.DevicePlugin;

/// <summary>What a resource offers at one moment.</summary>
/// <param name="List">The same as the kubelet is told it. Not changed once it is made.</param>
/// <param name="Links">Those of the host.</param>
internal sealed record Offer(PluginResource Resource, ListAndWatchResponse List, ImmutableArray<GpuLink> Links)
{
    private const string Healthy = "Healthy";
    private const string Unhealthy = "Unhealthy";

    public static Offer Of(PluginResource resource, Predicate<Gpu> isHealthy, ImmutableArray<GpuLink> links) => new(
        resource,
        new ListAndWatchResponse { Devices = { resource.Devices.Select(device => Of(device, isHealthy)) } },
        links);

    /// <summary>The resource without devices: pods that ask for it wait.</summary>
    public Offer Emptied() => Of(Resource with { Devices = [] }, static _ => false, Links);

    private static Device Of(PluginDevice device, Predicate<Gpu> isHealthy) => new()
    {
        ID = device.Id,
        Health = isHealthy(device.Unit.Gpu) ? Healthy : Unhealthy,
        Topology = device.Unit.Gpu.NumaNode is { } node ? new TopologyInfo { Nodes = { new NUMANode { ID = node } } } : null,
    };
}
