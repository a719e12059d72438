using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.Intel;

/// <summary>Intel's GPUs: PCI functions that i915 or xe is bound to; a host may have both. No file tells a UUID.</summary>
public static class IntelDiscovery
{
    /// <summary>Where Intel's processors have their graphics, and nothing else has.</summary>
    private static readonly PciAddress Integrated = new(0, 0, 2, 0);

    public static ImmutableArray<Gpu> Discover(IHostRoot host)
    {
        var gpus = ImmutableArray.CreateBuilder<Gpu>();
        foreach (var function in PciFunction.BoundTo(host, "i915", "xe"))
        {
            if (DrmNodes.Of(host, function.Directory) is not { IsEmpty: false } drm)
                continue;
            gpus.Add(new Gpu
            {
                Vendor = GpuVendor.Intel,
                Index = gpus.Count,
                PciAddress = function.Address,
                Driver = function.Driver,
                NumaNode = function.NumaNode,
                IsIntegrated = function.Address == Integrated,
                OffersVirtualFunctions = function.OffersVirtualFunctions,
                RenderMinor = drm.RenderMinor,
                DrmNodes = drm.Nodes,
                MissingDrmNodes = drm.Missing,
                ManagementNodes = ManagementEngine.Nodes(host, function.Directory),
            });
        }

        return gpus.ToImmutable();
    }
}
