using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.Amd;

/// <summary>
/// AMD's GPUs: PCI functions that amdgpu (or radeon, its forerunner) is bound to, and their partitions, which are platform devices
/// <c>amdgpu_xcp_N</c>. The order is that of AMD's own tools: PCI address, then partition. KFD tells which of them can compute.
/// </summary>
public static class AmdDiscovery
{
    private const string Platform = "devices/platform";
    private const string PartitionPrefix = "amdgpu_xcp_";

    public static ImmutableArray<Gpu> Discover(IHostRoot host)
    {
        var functions = PciFunction.BoundTo(host, "amdgpu", "radeon");
        if (functions.IsEmpty)
            return [];
        var kfd = KfdTopology.Read(host);
        var kfdNode = kfd.IsEmpty ? null : KfdDevice.Node(host);
        var slots = kfdNode is null ? [] : Slots(host, kfd);
        var gpus = new List<Gpu>();
        foreach (var function in functions)
        {
            // Bound, and no DRM device: it failed to start, which check tells.
            if (DrmNodes.Of(host, function.Directory) is not { IsEmpty: false } drm)
                continue;
            var own = slots.Where(slot => ReferenceEquals(Parent(slot.Kfd, functions), function)).ToList();
            own.Sort(ByPartition);
            var whole = Whole(function, drm, kfdNode is null ? null : Compute(kfd, drm, function.Address, own), kfdNode);
            gpus.Add(own.Count == 0 ? whole : whole with { Partition = 0 });
            gpus.AddRange(own.Select((slot, position) => whole with
            {
                Partition = position + 1,
                Uuid = AmdUniqueId.Format(slot.Kfd.UniqueId) ?? whole.Uuid,
                HasCompute = true,
                HipIndex = slot.Kfd.HipIndex,
                DeviceNodes = [kfdNode!],
                DrmNodes = slot.Drm.Nodes,
                MissingDrmNodes = slot.Drm.Missing,
            }));
        }

        return [.. gpus.Select((gpu, index) => gpu with { Index = index })];
    }

    private static Gpu Whole(PciFunction function, DrmNodes drm, KfdNode? compute, DeviceNode? kfdNode) => new()
    {
        Vendor = GpuVendor.Amd,
        Index = 0,
        PciAddress = function.Address,
        PciId = function.Id,
        Uuid = AmdUniqueId.Format(compute is { UniqueId: > 0 } ? compute.UniqueId : AmdUniqueId.ParseSysfs(function.Text("unique_id"))),
        Driver = function.Driver,
        NumaNode = function.NumaNode,
        HasCompute = compute is not null,
        HipIndex = compute?.HipIndex,
        OffersVirtualFunctions = function.OffersVirtualFunctions,
        IsVirtualFunction = function.IsVirtualFunction,
        DeviceNodes = compute is null ? [] : [kfdNode!],
        DrmNodes = drm.Nodes,
        MissingDrmNodes = drm.Missing,
    };

    // By the render node; a kernel that does not print it tells the place on the bus.
    private static KfdNode? Compute(ImmutableArray<KfdNode> kfd, DrmNodes drm, PciAddress address, List<Slot> partitions) =>
        kfd.FirstOrDefault(node => node.RenderMinor > 0 && node.RenderMinor == drm.RenderMinor)
        ?? kfd.FirstOrDefault(node => node.RenderMinor == 0 && node.Address == address && partitions.Count == 0);

    // The driver makes its slots when it loads. Those that KFD does not list are dead: a container would get a node that computes nothing.
    private static List<Slot> Slots(IHostRoot host, ImmutableArray<KfdNode> kfd)
    {
        var byMinor = new Dictionary<int, KfdNode>();
        foreach (var node in kfd)
            byMinor.TryAdd(node.RenderMinor, node);
        var slots = new List<Slot>();
        foreach (var name in host.List(HostTree.Sys, Platform))
        {
            if (name.StartsWith(PartitionPrefix, StringComparison.Ordinal) && DrmNodes.Of(host, $"{Platform}/{name}") is { RenderMinor: > 0 and var minor } drm
                && byMinor.TryGetValue(minor, out var node))
                slots.Add(new Slot(node, drm));
        }

        return slots;
    }

    // The function's place in a partition's location counts partitions; the device's first function is the GPU.
    private static PciFunction? Parent(KfdNode node, ImmutableArray<PciFunction> functions) =>
        functions.FirstOrDefault(function => node.Address with { Function = function.Address.Function } == function.Address);

    private static int ByPartition(Slot first, Slot second) =>
        first.Kfd.Partition != second.Kfd.Partition ? first.Kfd.Partition.CompareTo(second.Kfd.Partition) : first.Kfd.RenderMinor.CompareTo(second.Kfd.RenderMinor);

    private sealed record Slot(KfdNode Kfd, DrmNodes Drm);
}
