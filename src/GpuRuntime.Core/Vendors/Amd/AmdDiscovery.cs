using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.Amd;

/// <summary>
/// AMD's GPUs: PCI functions that amdgpu (or radeon, its forerunner) is bound to, and their partitions. The order is that of AMD's own tools: PCI
/// address, then partition. KFD tells which of them can compute.
/// </summary>
public static class AmdDiscovery
{
    public static ImmutableArray<Gpu> Identify(IHostRoot host)
    {
        var functions = PciFunction.BoundTo(host, "amdgpu", "radeon");
        if (functions.IsEmpty)
            return [];
        // Without the node nobody can compute, whatever the topology says.
        var kfdNode = KfdDevice.Node(host);
        var kfd = kfdNode is null ? [] : KfdTopology.Read(host);
        var own = new List<DrmDevice>();
        foreach (var function in functions)
        {
            // Bound, and no DRM device: it failed to start, which check tells.
            if (DrmNodes.Names(host, function.Directory) is { IsEmpty: false } names)
                own.Add(new DrmDevice(function, DrmNodes.RenderMinorOf(names)));
        }

        var gpus = ImmutableArray.CreateBuilder<Gpu>();
        foreach (var device in own)
        {
            var partitions = Partitions(kfd, device, own);
            var compute = Compute(kfd, device, partitions);
            var whole = WithCompute(Whole(device, compute), compute, kfdNode) with { Index = gpus.Count, Partition = partitions.Count > 0 ? 0 : null };
            gpus.Add(whole);
            foreach (var node in partitions)
                gpus.Add(WithCompute(whole with { Uuid = AmdUniqueId.Format(node.UniqueId) ?? whole.Uuid, RenderMinor = node.RenderMinor }, node, kfdNode) with { Index = gpus.Count, Partition = gpus.Count - whole.Index });
        }

        return gpus.ToImmutable();
    }

    /// <summary>Finds the nodes of a GPU. A partition beside the first is a platform device, to which its render node's entry leads.</summary>
    public static Gpu WithNodes(Gpu gpu, IHostRoot host)
    {
        var device = gpu.Partition > 0
            ? string.Create(CultureInfo.InvariantCulture, $"class/drm/renderD{gpu.RenderMinor}/device")
            : new PciFunction(host, gpu.PciAddress).Directory;
        var drm = DrmNodes.Of(host, device);
        return gpu with
        {
            DrmNodes = drm.Nodes,
            // What KFD names and DRM has not: as good as missing.
            MissingDrmNodes = drm.IsEmpty ? [$"renderD{gpu.RenderMinor}"] : drm.Missing,
        };
    }

    private static Gpu Whole(DrmDevice device, KfdNode? compute) => new()
    {
        Vendor = GpuVendor.Amd,
        Index = 0,
        PciAddress = device.Function.Address,
        Uuid = AmdUniqueId.Format(compute is { UniqueId: > 0 } ? compute.UniqueId : AmdUniqueId.ParseSysfs(device.Function.Text("unique_id"))),
        Driver = device.Function.Driver,
        NumaNode = device.Function.NumaNode,
        RenderMinor = device.RenderMinor,
        OffersVirtualFunctions = device.Function.OffersVirtualFunctions,
    };

    private static Gpu WithCompute(Gpu gpu, KfdNode? node, DeviceNode? kfdNode) => gpu with
    {
        HasCompute = node is not null,
        HipIndex = node?.HipIndex,
        KfdNode = node?.Number,
        XgmiHive = node is { Hive: > 0 } ? node.Hive : null,
        ComputeUnits = node?.ComputeUnits,
        HasPairedComputeUnits = node?.HasPairedComputeUnits,
        DeviceNodes = node is null ? [] : [kfdNode!],
    };

    // By the render node; a kernel that does not print it tells the place on the bus.
    private static KfdNode? Compute(ImmutableArray<KfdNode> kfd, DrmDevice device, List<KfdNode> partitions) =>
        kfd.FirstOrDefault(node => node.RenderMinor > 0 && node.RenderMinor == device.RenderMinor)
        ?? kfd.FirstOrDefault(node => node.RenderMinor == 0 && node.Address == device.Function.Address && partitions.Count == 0);

    // The driver makes its slots for partitions when it loads. Those that KFD does not list are dead: a container would get a node that computes
    // nothing. So it is KFD that is asked: its nodes on the same device with a render node that is no PCI function's.
    private static List<KfdNode> Partitions(ImmutableArray<KfdNode> kfd, DrmDevice device, List<DrmDevice> devices)
    {
        var partitions = new List<KfdNode>();
        foreach (var node in kfd)
        {
            if (node.RenderMinor > 0 && ReferenceEquals(Parent(node, devices), device) && !devices.Exists(other => other.RenderMinor == node.RenderMinor))
                partitions.Add(node);
        }

        partitions.Sort(ByNumber);
        return partitions;
    }

    // The function's place in a partition's location counts partitions; the device's first function is the GPU.
    private static DrmDevice? Parent(KfdNode node, List<DrmDevice> devices) =>
        devices.Find(device => node.Address with { Function = device.Function.Address.Function } == device.Function.Address);

    private static int ByNumber(KfdNode first, KfdNode second) =>
        first.Partition != second.Partition ? first.Partition.CompareTo(second.Partition) : first.RenderMinor.CompareTo(second.RenderMinor);

    private sealed record DrmDevice(PciFunction Function, int? RenderMinor);
}
