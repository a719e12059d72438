using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Vendors.Nvidia.Wsl;

namespace GpuRuntime.Core.Vendors.Nvidia;

public sealed class NvidiaModule : IVendorModule
{
    public GpuVendor Vendor => GpuVendor.Nvidia;

    public ImmutableArray<Gpu> Identify(IHostRoot host) => NvidiaDiscovery.Discover(host) is { IsEmpty: false } gpus ? gpus : WslDiscovery.Discover(host);

    public Gpu WithNodes(Gpu gpu, IHostRoot host) => gpu;

    public Gpu Describe(Gpu gpu, IHostRoot host) => gpu with
    {
        MemoryBytes = ReportedGpus.Read(host).FirstOrDefault(known => known.PciAddress == gpu.PciAddress)?.MemoryBytes ?? gpu.MemoryBytes,
        DriverNodes = gpu.IsEveryGpu ? [] : new NvidiaNodes(host).ExistingOfDriver(),
    };

    public ImmutableArray<GpuLink> Links(ImmutableArray<Gpu> gpus, IHostRoot host) => ReportedLinks.Between(gpus, ReportedLinks.Read(host));

    public bool HasDriverWithoutGpu(IHostRoot host) => host.ReadText(HostTree.Proc, NvidiaDriver.VersionFile) is not null || WslDriver.IsPresent(host);

    // Everything but the 32-bit twins, which every container would pay for and hardly one uses.
    public ImmutableArray<string>? SpecificationCapabilities { get; } = ["compute", "graphics", "utility", "video", "display", "ngx"];

    public ContainerEdits Edits(VendorGrant grant, IHostRoot host, RuntimeConfiguration configuration)
    {
        var edits = WslDriver.IsPresent(host) ? WslEdits.Of(grant, host) : DriverEdits(grant, host, configuration);
        return FurtherDevices.Of(grant.Request.AcceptedEnvironment, host) is { } further ? ContainerEdits.Join(edits, further) : edits;
    }

    private static ContainerEdits DriverEdits(VendorGrant grant, IHostRoot host, RuntimeConfiguration configuration)
    {
        var driver = NvidiaDriver.Read(host) ?? throw new GpuRuntimeException(
            ErrorCode.DriverNotLoaded,
            $"The NVIDIA kernel driver is not loaded: {host.Locate(HostTree.Proc, "driver/nvidia/version")} is missing. Load it (modprobe nvidia), then start the container again.");
        var capabilities = DriverCapabilities.Of(grant.Request, grant.Environment) | (grant.NeedsManagementLibrary ? DriverCapability.Utility : DriverCapability.None);
        if (!grant.Gpus.IsEmpty)
            Requirements.Check(grant.Environment, driver);

        var files = new DriverFiles(host, driver.Version, configuration.LibrarySearchPaths);
        ImmutableArray<DeviceNode> further = [.. MigManagement.Nodes(grant, host, new NvidiaNodes(host))];
        return new NvidiaEdits(host, driver, files, grant.Gpus, capabilities, further).Build();
    }
}
