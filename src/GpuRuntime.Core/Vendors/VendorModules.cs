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

    /// <summary>Every GPU of the host, vendor by vendor, each in its index order.</summary>
    public static ImmutableArray<Gpu> Discover(IHostRoot host) => [.. All.SelectMany(module => module.Discover(host))];

    /// <summary>The same with names and memory, for people.</summary>
    public static ImmutableArray<Gpu> Describe(IHostRoot host) =>
        [.. All.SelectMany(module => module.Discover(host).Select(gpu => module.Describe(gpu, host)))];
}
