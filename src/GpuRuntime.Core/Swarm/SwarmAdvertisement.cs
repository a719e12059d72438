using System.Collections.Immutable;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Selection;

namespace GpuRuntime.Core.Swarm;

/// <summary>
/// What a node tells Swarm of its GPUs: <c>node-generic-resources</c> of daemon.json, one <c>KIND=NAME</c> for each. A task that reserves some
/// gets their names in <c>DOCKER_RESOURCE_KIND</c>, where each means the same GPU again. Swarm takes a number for a count and splits at
/// <c>=</c> and commas, so no name is a number and none holds either.
/// </summary>
public static class SwarmAdvertisement
{
    /// <param name="host">All GPUs of the host.</param>
    /// <param name="vendor">Only this vendor's; <see langword="null"/> for all.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.NoGpu"/>: there is nothing to advertise.</exception>
    public static ImmutableArray<string> Of(ImmutableArray<Gpu> host, GpuVendor? vendor = null)
    {
        // A physical function that hands itself out through virtual ones is not given to those who just want a GPU.
        var handedOut = host.Where(gpu => !gpu.OffersVirtualFunctions && (vendor is null || gpu.Vendor == vendor)).ToImmutableArray();
        if (handedOut.IsEmpty)
            throw new GpuRuntimeException(
                ErrorCode.NoGpu,
                $"There is no {(vendor is { } named ? named.DisplayName() + " " : "")}GPU to advertise to Swarm: this host has {HostGpus.Describe(host)}; run gpu-runtime check to see why.");
        return [.. handedOut.Where(gpu => gpu.HasCompute || !handedOut.Any(other => other.Vendor == gpu.Vendor && other.HasCompute))
            .SelectMany(gpu => Names(gpu, host).Select(name => $"{Kind(gpu.Vendor)}={name}"))];
    }

    // The kinds that the vendors' own guides use; Intel has none.
    private static string Kind(GpuVendor vendor) => vendor switch
    {
        GpuVendor.Nvidia => "NVIDIA-GPU",
        GpuVendor.Amd => "AMD_GPU",
        _ => "INTEL-GPU",
    };

    private static IEnumerable<string> Names(Gpu gpu, ImmutableArray<Gpu> host) =>
        gpu.MigDevices.IsEmpty ? [Name(gpu, host)] : gpu.MigDevices.Select(device => Name(gpu, device, host));

    // The first that only this GPU has: partitions of AMD's share UUID and PCI address.
    private static string Name(Gpu gpu, ImmutableArray<Gpu> host) =>
        gpu.IsEveryGpu ? gpu.Id
        : HasOwnUuid(gpu, host) ? gpu.Uuid!
        : host.Count(other => other.PciAddress == gpu.PciAddress) == 1 ? gpu.PciAddress.ToString()
        : gpu.Id;

    // The form of old drivers: it needs no file but the driver's own, and stays the same device's when another is destroyed, unlike a place.
    private static string Name(Gpu gpu, MigDevice device, ImmutableArray<Gpu> host) =>
        HasOwnUuid(gpu, host) ? $"MIG-{gpu.Uuid}/{device.GpuInstance}/{device.ComputeInstance}" : $"{gpu.Index}:{device.Index}";

    private static bool HasOwnUuid(Gpu gpu, ImmutableArray<Gpu> host) => gpu.Uuid is { } uuid && host.Count(other => GpuIdentity.HasUuid(other, uuid)) == 1;
}
