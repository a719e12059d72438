using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.Amd;

public sealed class AmdModule : IVendorModule
{
    public GpuVendor Vendor => GpuVendor.Amd;

    public ImmutableArray<Gpu> Identify(IHostRoot host) => AmdDiscovery.Identify(host);

    public Gpu WithNodes(Gpu gpu, IHostRoot host) => AmdDiscovery.WithNodes(gpu, host);

    public Gpu Describe(Gpu gpu, IHostRoot host)
    {
        var function = new PciFunction(host, gpu.PciAddress);
        return gpu with
        {
            Name = function.Text("product_name"),
            DriverVersion = host.ReadText(HostTree.Sys, $"module/{gpu.Driver}/version") is { Length: > 0 } version ? version : null,
            MemoryBytes = AmdMemory.Of(gpu, host),
            PartitionMode = AmdPartitionMode.Of(function),
            IsIntegrated = AmdMetricsTable.IsIntegrated(function.Bytes("gpu_metrics")),
        };
    }

    public ImmutableArray<GpuLink> Links(ImmutableArray<Gpu> gpus, IHostRoot host) => XgmiLinks.Of(gpus, host);

    public bool HasDriverWithoutGpu(IHostRoot host) => false;

    // Images bring the user-space files.
    public ImmutableArray<string>? SpecificationCapabilities => null;

    public ContainerEdits Edits(VendorGrant grant, IHostRoot host, RuntimeConfiguration configuration) => DrmEdits.Of(grant, host, configuration);
}
