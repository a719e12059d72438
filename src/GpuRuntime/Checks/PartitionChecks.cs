using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Vendors.Amd;

namespace GpuRuntime.Checks;

/// <summary>AMD's divided GPUs. The driver makes devices for more partitions than there are; those that KFD does not list are dead.</summary>
internal static class PartitionChecks
{
    private const string Platform = "devices/platform";
    private const string Slot = "amdgpu_xcp_";

    public static IEnumerable<Finding> Run(IHostRoot host, ImmutableArray<Gpu> gpus)
    {
        var divided = gpus.Where(gpu => gpu is { Vendor: GpuVendor.Amd, Partition: not null }).GroupBy(gpu => gpu.PciAddress).ToList();
        var dead = DeadSlots(host);
        if (divided.Count == 0 && dead.Count == 0)
            yield break;
        var partitions = divided.Count == 0
            ? "No GPU is divided"
            : $"{divided.Sum(gpu => gpu.Count())} in all: {NameList.Of(divided.Select(gpu => Describe(host, gpu)))}";
        var slots = dead.Count == 0
            ? ""
            : $"; {dead.Count} dead {(dead.Count == 1 ? "slot" : "slots")} that KFD does not list, not given to containers: {NameList.Of(dead)}";
        yield return new Finding("amd partitions", partitions + slots);
    }

    private static string Describe(IHostRoot host, IGrouping<PciAddress, Gpu> gpu) =>
        $"{gpu.Count()} of {gpu.Key}" + (new PciFunction(host, gpu.Key).Text("current_compute_partition") is { } mode ? $" ({mode})" : "");

    private static List<string> DeadSlots(IHostRoot host)
    {
        var live = KfdTopology.Read(host).Select(node => node.RenderMinor).ToHashSet();
        return
        [
            .. host.List(HostTree.Sys, Platform).Where(name =>
                name.StartsWith(Slot, StringComparison.Ordinal) && DrmNodes.RenderMinorOf(DrmNodes.Names(host, $"{Platform}/{name}")) is { } minor && !live.Contains(minor)),
        ];
    }
}
