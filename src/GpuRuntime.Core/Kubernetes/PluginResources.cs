using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Kubernetes;

/// <summary>Which resources a node has.</summary>
public static class PluginResources
{
    private const string SharedSuffix = ".shared";

    /// <param name="gpus">Every vendor's, described as far as it is known (<see cref="SampledGpu"/>).</param>
    /// <returns>In the host's order, none of them empty. <see cref="LeftOut"/> tells what is in none.</returns>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.KubernetesUnsuitable"/>: the configuration contradicts itself, or does not suit these GPUs.</exception>
    public static ImmutableArray<PluginResource> Of(ImmutableArray<Gpu> gpus, RuntimeConfiguration configuration)
    {
        var units = Offered(gpus, configuration, []);
        var ids = new DeviceIds([.. units.Select(offered => offered.Unit)]);
        return [.. units.GroupBy(offered => offered.Resource, offered => offered.Unit).Select(named => Resource(named.Key, [.. named.SelectMany(unit => Devices(unit, ids, configuration))], configuration))];
    }

    /// <summary>Why GPUs of the host are in none of its resources.</summary>
    /// <returns>A sentence for each GPU, partition or MIG device.</returns>
    /// <exception cref="GpuRuntimeException">As of <see cref="Of"/>.</exception>
    public static ImmutableArray<string> LeftOut(ImmutableArray<Gpu> gpus, RuntimeConfiguration configuration)
    {
        var leftOut = new List<string>();
        _ = Offered(gpus, configuration, leftOut);
        return [.. leftOut];
    }

    private static List<OfferedUnit> Offered(ImmutableArray<Gpu> gpus, RuntimeConfiguration configuration, List<string> leftOut)
    {
        RefuseContradiction(configuration);
        var given = OfferedGpus.Of(gpus, leftOut);
        return configuration.KubernetesMemorySlices
            ? [.. MemoryUnits.Of(given, leftOut)]
            :
            [
                .. NvidiaUnits.Of(OfVendor(given, GpuVendor.Nvidia), configuration.KubernetesMig, leftOut),
                .. AmdUnits.Of(OfVendor(given, GpuVendor.Amd), configuration.KubernetesPartitions),
                .. IntelUnits.Of(OfVendor(given, GpuVendor.Intel)),
            ];
    }

    private static void RefuseContradiction(RuntimeConfiguration configuration)
    {
        if (configuration.KubernetesReplicas < 1)
            throw Unsuitable("kubernetes.replicas is 0, so that there would be nothing to give; set it to 1 for GPUs that nobody shares");
        if (!configuration.KubernetesMemorySlices)
            return;
        if (configuration.KubernetesReplicas > 1)
            throw Unsuitable("kubernetes.memorySlices and kubernetes.replicas are two ways to share a GPU; take memorySlices, which holds each container to its memory, or replicas, which holds it to nothing");
        if (configuration.KubernetesDeviceList == DeviceListStrategy.Nodes)
            throw Unsuitable("kubernetes.memorySlices needs gpu-runtime in the container's way, which kubernetes.deviceList=nodes leaves out; set deviceList to cdi or environment");
    }

    private static ImmutableArray<Gpu> OfVendor(ImmutableArray<Gpu> gpus, GpuVendor vendor) => [.. gpus.Where(gpu => gpu.Vendor == vendor)];

    private static PluginResource Resource(string name, ImmutableArray<PluginDevice> devices, RuntimeConfiguration configuration) =>
        configuration.KubernetesMemorySlices ? new PluginResource(name, ResourceKind.Memory, devices)
        : configuration.KubernetesReplicas > 1 ? new PluginResource(name + SharedSuffix, ResourceKind.Share, devices)
        : new PluginResource(name, ResourceKind.Unit, devices);

    private static IEnumerable<PluginDevice> Devices(HeldUnit unit, DeviceIds ids, RuntimeConfiguration configuration)
    {
        if (configuration.KubernetesMemorySlices)
            return Enumerable.Range(0, MemoryUnits.Slices(unit)).Select(slice => new PluginDevice(ids.OfSlice(unit, slice), unit));
        return configuration.KubernetesReplicas > 1
            ? Enumerable.Range(0, configuration.KubernetesReplicas).Select(share => new PluginDevice(ids.OfShare(unit, share), unit))
            : [new PluginDevice(ids.Of(unit), unit)];
    }

    private static GpuRuntimeException Unsuitable(string what) => new(ErrorCode.KubernetesUnsuitable, $"{what}.");
}
