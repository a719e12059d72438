using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Vendors.Amd;
using GpuRuntime.Core.Vendors.Intel;
using GpuRuntime.Core.Vendors.Nvidia;

namespace GpuRuntime.Core.Vendors;

/// <summary>The list of vendors. A further one is one folder here and one line below.</summary>
public static class VendorModules
{
    public static ImmutableArray<IVendorModule> All { get; } =
    [
        new NvidiaModule(), new AmdModule(), new IntelModule(),
    ];

    /// <summary>Every GPU of the host, vendor by vendor, each in its index order, with what requests can name.</summary>
    public static ImmutableArray<Gpu> Identify(IHostRoot host) => [.. All.SelectMany(module => module.Identify(host))];

    /// <summary>The same with their nodes.</summary>
    public static ImmutableArray<Gpu> Discover(IHostRoot host) =>
        [.. All.SelectMany(module => module.Identify(host).Select(gpu => module.WithNodes(gpu, host)))];

    /// <summary>The same with names, memory and PCI ids too, for people.</summary>
    public static ImmutableArray<Gpu> Describe(IHostRoot host) => [.. All.SelectMany(module => module.Identify(host).Select(gpu => Described(module, gpu, host)))];

    /// <summary>The same of one GPU; of one with MIG devices the given ones stay.</summary>
    public static Gpu Describe(Gpu gpu, IHostRoot host) => Described(All.First(module => module.Vendor == gpu.Vendor), gpu, host);

    /// <summary>Which of these GPUs are joined by more than the PCI bus, vendor by vendor.</summary>
    /// <param name="gpus">Some or all of the host's GPUs, as <see cref="Identify"/> found them.</param>
    public static ImmutableArray<GpuLink> Links(ImmutableArray<Gpu> gpus, IHostRoot host) =>
        [.. All.SelectMany(module => module.Links([.. gpus.Where(gpu => gpu.Vendor == module.Vendor)], host))];

    private static Gpu Described(IVendorModule module, Gpu gpu, IHostRoot host)
    {
        var function = new PciFunction(host, gpu.PciAddress);
        return module.Describe(module.WithNodes(gpu, host), host) with { PciId = function.Id, PciClass = function.Class, IsVirtualFunction = function.IsVirtualFunction };
    }
}
