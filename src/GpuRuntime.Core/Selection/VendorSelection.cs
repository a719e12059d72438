using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Selection;

/// <summary>
/// Reads the vendors' own variables with this host in view. Each speaks for its vendor alone: one that names a vendor which the host does not
/// have takes nothing from the others. NVIDIA's alone may mean any vendor, because Docker's <c>--gpus</c> arrives in it.
/// </summary>
internal static class VendorSelection
{
    public static ImmutableArray<DeviceSelector> Adapt(GpuRequest request, ImmutableArray<Gpu> host, RuntimeConfiguration configuration, List<string> warnings)
    {
        var selectors = request.Selectors;
        var swarm = SwarmSelection.Read(request.SwarmResources, host);
        // Beside a resource that names GPUs the variable is the image's, and no flag.
        if (request.FromGpusFlag && swarm.IsEmpty && configuration.GpusFlag == GpusFlagMeaning.Auto && !host.IsEmpty && host.All(gpu => gpu.Vendor != GpuVendor.Nvidia))
            selectors = [.. selectors.Select(selector => selector.Vendor == GpuVendor.Nvidia ? selector with { Vendor = null, CountsOverHost = true } : selector)];
        selectors = SwarmSelection.Merge(selectors, swarm);
        return request.FromVendorVariables ? WithoutAbsentVendors(request, selectors, host, warnings) : selectors;
    }

    private static ImmutableArray<DeviceSelector> WithoutAbsentVendors(
        GpuRequest request, ImmutableArray<DeviceSelector> selectors, ImmutableArray<Gpu> host, List<string> warnings)
    {
        var present = selectors.Where(selector => selector.Vendor is not { } vendor || host.Any(gpu => gpu.Vendor == vendor)).ToImmutableArray();
        var isDeclined = host.Any(gpu => request.DeclinedVendors.Contains(gpu.Vendor));
        if (present.Length == selectors.Length || (present.IsEmpty && !isDeclined))
            return selectors;
        foreach (var vendor in selectors.Except(present).Select(selector => selector.Vendor!.Value.DisplayName()).Distinct())
            warnings.Add($"The GPUs of {vendor} that the environment asks for are left out: this host has none of that vendor, and of those that it has other variables say what is wanted.");
        return present;
    }
}
