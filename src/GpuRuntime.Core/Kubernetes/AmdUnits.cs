using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Kubernetes;

/// <summary>AMD's GPUs and partitions under the names that AMD's own plugin gives them, by its two strategies.</summary>
internal static class AmdUnits
{
    private const string Gpu = "amd.com/gpu";

    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.KubernetesUnsuitable"/>.</exception>
    public static IEnumerable<OfferedUnit> Of(ImmutableArray<Gpu> gpus, PartitionNaming naming)
    {
        if (naming == PartitionNaming.Single)
            RefuseUnlike(gpus);
        return HeldUnit.Of(gpus).Select(unit => new OfferedUnit(naming == PartitionNaming.Mixed ? NameOf(unit.Gpu) : Gpu, unit));
    }

    // A GPU that cannot be divided tells no mode.
    private static string NameOf(Gpu gpu) => gpu.PartitionMode is { } mode ? $"amd.com/{mode}" : Gpu;

    private static void RefuseUnlike(ImmutableArray<Gpu> gpus)
    {
        if (gpus.All(gpu => gpu.Partition is null))
            return;
        var divisions = gpus.GroupBy(gpu => Division(gpu, gpus)).ToList();
        if (divisions.Count > 1)
            throw new GpuRuntimeException(
                ErrorCode.KubernetesUnsuitable,
                $"kubernetes.partitions is single, which takes GPUs that are all divided alike, and here {string.Join(", ", divisions.Select(Describe))}; divide them alike (amd-smi set --compute-partition), or set kubernetes.partitions to mixed.");
    }

    private static string Division(Gpu gpu, ImmutableArray<Gpu> gpus) =>
        gpu.PartitionMode ?? (gpu.Partition is null ? "in one piece" : $"in {gpus.Count(other => other.PciAddress == gpu.PciAddress)} partitions");

    private static string Describe(IGrouping<string, Gpu> gpus)
    {
        var addresses = gpus.Select(gpu => gpu.PciAddress).Distinct().ToList();
        return $"{string.Join(" and ", addresses)} {(addresses.Count == 1 ? "is" : "are")} {gpus.Key}";
    }
}
