using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.Intel;

public sealed class IntelModule : IVendorModule
{
    public GpuVendor Vendor => GpuVendor.Intel;

    public ImmutableArray<Gpu> Identify(IHostRoot host) => IntelDiscovery.Discover(host);

    public Gpu WithNodes(Gpu gpu, IHostRoot host) => gpu;

    public Gpu Describe(Gpu gpu, IHostRoot host) => gpu with { MemoryBytes = XeMemory.Of(gpu, host) };

    // Intel's cards have no links that a file tells.
    public ImmutableArray<GpuLink> Links(ImmutableArray<Gpu> gpus, IHostRoot host) => [];

    public bool HasDriverWithoutGpu(IHostRoot host) => false;

    // Images bring the user-space files.
    public ImmutableArray<string>? SpecificationCapabilities => null;

    public ContainerEdits Edits(VendorGrant grant, IHostRoot host, RuntimeConfiguration configuration) => DrmEdits.Of(grant, host, configuration);
}
