using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.Nvidia;

public sealed class NvidiaModule : IVendorModule
{
    public GpuVendor Vendor => GpuVendor.Nvidia;

    public ImmutableArray<Gpu> Discover(IHostRoot host) => NvidiaDiscovery.Discover(host);

    public Gpu Describe(Gpu gpu, IHostRoot host) => gpu;

    public bool HasDriverWithoutGpu(IHostRoot host) => host.ReadText(HostTree.Proc, NvidiaDriver.VersionFile) is not null;

    public ContainerEdits Edits(VendorGrant grant, IHostRoot host, RuntimeConfiguration configuration)
    {
        var driver = NvidiaDriver.Read(host) ?? throw new GpuRuntimeException(
            ErrorCode.DriverNotLoaded,
            $"The NVIDIA kernel driver is not loaded: {host.Locate(HostTree.Proc, "driver/nvidia/version")} is missing. Load it (modprobe nvidia), then start the container again.");
        var capabilities = DriverCapabilities.Of(grant.Request, grant.Environment);
        if (!grant.Gpus.IsEmpty)
            Requirements.Check(grant.Environment, driver);

        var files = new DriverFiles(host, driver.Version, configuration.LibrarySearchPaths);
        return new NvidiaEdits(host, driver, files, grant.Gpus, capabilities).Build();
    }
}
