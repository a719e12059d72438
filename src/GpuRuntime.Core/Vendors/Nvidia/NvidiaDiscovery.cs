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
        var found = new List<FoundGpu>();
        foreach (var name in names)
        {
            if (PciAddress.Parse(name) is { } address
                && host.ReadText(HostTree.Proc, $"{GpusDirectory}/{name}/information") is { } text
                && ProcInformation.Parse(text) is { Excluded: false } information)
                found.Add(new FoundGpu(address, information));
        }

        return
        [
            .. found.Order(FoundGpu.ByAddress).Select((gpu, index) => new Gpu
            {
                Vendor = GpuVendor.Nvidia,
                Index = index,
                PciAddress = gpu.Address,
                Uuid = gpu.Information.Uuid,
                Name = gpu.Information.Model,
                Driver = "nvidia",
                DriverVersion = version,
                NumaNode = gpu.Function(host).NumaNode,
                PciId = gpu.Function(host).Id,
                DeviceNodes = [nodes.Gpu(gpu.Information.Minor)],
                DrmNodes = DrmNodes.Of(host, gpu.Function(host).Directory).Nodes,
            }),
        ];
    }

    private sealed record FoundGpu(PciAddress Address, ProcInformation Information)
    {
        public static readonly Comparer<FoundGpu> ByAddress = Comparer<FoundGpu>.Create((x, y) => x.Address.CompareTo(y.Address));

        public PciFunction Function(IHostRoot host) => new(host, Address);
    }
}
