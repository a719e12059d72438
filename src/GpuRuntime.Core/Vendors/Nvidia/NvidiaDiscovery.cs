using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>
/// NVIDIA's GPUs from <c>/proc/driver/nvidia/gpus</c> and sysfs. The index is the position in PCI address order among the GPUs that
/// are not excluded, which is NVML's order in practice; the device node's minor is another number.
/// </summary>
public static class NvidiaDiscovery
{
    private const string GpusDirectory = "driver/nvidia/gpus";

    public static ImmutableArray<Gpu> Discover(IHostRoot host)
    {
        var names = host.List(HostTree.Proc, GpusDirectory);
        if (names.IsEmpty)
            return [];
        var version = NvidiaDriver.Read(host)?.Version.ToString();
        var nodes = new NvidiaNodes(host);
        ImmutableArray<ReportedGpu>? reported = null;
        var found = new List<FoundGpu>();
        foreach (var name in names)
        {
            if (PciAddress.Parse(name) is { } address
                && host.ReadText(HostTree.Proc, $"{GpusDirectory}/{name}/information") is { } text
                && ProcInformation.Parse(text) is { Excluded: false } information)
                found.Add(new FoundGpu(address, information));
        }

        return [.. found.Order(FoundGpu.ByAddress).Select(Gpu)];

        Gpu Gpu(FoundGpu gpu, int index)
        {
            var function = new PciFunction(host, gpu.Address);
            var migDevices = MigDiscovery.Devices(host, nodes, gpu.Information.Minor);
            if (!migDevices.IsEmpty)
                migDevices = ReportedGpus.Join(migDevices, (reported ??= ReportedGpus.Read(host)).FirstOrDefault(known => known.PciAddress == gpu.Address), gpu.Information.Model);
            // A GPU that is divided draws nothing.
            var drm = migDevices.IsEmpty ? DrmNodes.Of(host, function.Directory) : DrmNodes.None;
            return new Gpu
            {
                Vendor = GpuVendor.Nvidia,
                Index = index,
                PciAddress = gpu.Address,
                Uuid = gpu.Information.Uuid,
                Name = gpu.Information.Model,
                Driver = "nvidia",
                DriverVersion = version,
                NumaNode = function.NumaNode,
                DeviceNodes = [nodes.Gpu(gpu.Information.Minor)],
                DrmNodes = drm.Nodes,
                RenderMinor = drm.RenderMinor,
                MigDevices = migDevices,
            };
        }
    }

    private sealed record FoundGpu(PciAddress Address, ProcInformation Information)
    {
        public static readonly Comparer<FoundGpu> ByAddress = Comparer<FoundGpu>.Create((x, y) => x.Address.CompareTo(y.Address));
    }
}
