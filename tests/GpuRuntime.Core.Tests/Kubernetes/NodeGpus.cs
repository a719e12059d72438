using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Kubernetes;

namespace GpuRuntime.Core.Tests.Kubernetes;

/// <summary>GPUs of nodes, and what the kubelet is told of them.</summary>
internal static class NodeGpus
{
    public const long Gibibyte = 1L << 30;

    public static readonly RuntimeConfiguration Slices = new() { KubernetesMemorySlices = true };

    public static Gpu Nvidia(int index, params ReadOnlySpan<MigDevice> devices) => new()
    {
        Vendor = GpuVendor.Nvidia,
        Index = index,
        PciAddress = new PciAddress(0, (byte)(0x10 + index), 0, 0),
        Uuid = $"GPU-{index}0000000-1111-2222-3333-444444444444",
        NumaNode = index / 4,
        MigDevices = [.. devices],
    };

    public static MigDevice Mig(int index, string? profile) => new(index, (uint)index + 7, 0) { Profile = profile, Uuid = $"MIG-{index}0000000-aaaa-bbbb-cccc-dddddddddddd" };

    /// <summary>A GPU's MIG devices, each of one profile.</summary>
    public static MigDevice[] Divided(params ReadOnlySpan<string?> profiles)
    {
        var devices = new MigDevice[profiles.Length];
        for (var index = 0; index < devices.Length; index++)
            devices[index] = Mig(index, profiles[index]);
        return devices;
    }

    public static Gpu Amd(int index) => new() { Vendor = GpuVendor.Amd, Index = index, PciAddress = new PciAddress(0, (byte)(0x40 + index), 0, 0), Driver = "amdgpu" };

    public static Gpu Intel(int index, string driver) => new() { Vendor = GpuVendor.Intel, Index = index, PciAddress = new PciAddress(0, (byte)(0x80 + index), 0, 0), Driver = driver };

    /// <summary>The partitions of one AMD GPU.</summary>
    public static IEnumerable<Gpu> Partitions(int firstIndex, int count, string? mode) =>
        Enumerable.Range(0, count).Select(partition => Amd(firstIndex + partition) with { PciAddress = new PciAddress(0, (byte)(0x40 + firstIndex), 0, 0), Partition = partition, PartitionMode = mode });

    /// <summary>The resources as lines: a name, and the ids of its devices.</summary>
    public static string[] Told(this IEnumerable<Gpu> gpus, RuntimeConfiguration? configuration = null) =>
        [.. PluginResources.Of([.. gpus], configuration ?? RuntimeConfiguration.Default).Select(resource => $"{resource.Name}: {string.Join(' ', resource.Devices.Select(device => device.Id))}")];

    /// <summary>The only resource.</summary>
    public static PluginResource Resource(this IEnumerable<Gpu> gpus, RuntimeConfiguration? configuration = null) => PluginResources.Of([.. gpus], configuration ?? RuntimeConfiguration.Default).Single();

    /// <summary>Looks at the described GPUs of a host by its name among <see cref="NodeHost.Names"/>, while it is there.</summary>
    public static void OnHost(string name, Action<ImmutableArray<Gpu>, IHostRoot> look)
    {
        using var host = NodeHost.Open(name);
        look(host.Gpus, host.Root);
    }
}
