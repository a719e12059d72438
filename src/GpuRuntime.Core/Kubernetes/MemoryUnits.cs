using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Kubernetes;

/// <summary>Units whose memory is handed out by the GiB: GPUs, partitions and MIG devices, whatever the vendor and however whole ones are named.</summary>
internal static class MemoryUnits
{
    public const string Resource = "gpu-runtime.io/memory-gib";
    public const long Gibibyte = 1L << 30;

    public static IEnumerable<OfferedUnit> Of(ImmutableArray<Gpu> gpus, List<string> leftOut)
    {
        foreach (var unit in HeldUnit.Of(gpus))
        {
            if (Slices(unit) > 0)
                yield return new OfferedUnit(Resource, unit);
            else
                leftOut.Add($"{unit.Id} ({unit.Name}) is not offered to Kubernetes: {Problem(unit)}.");
        }
    }

    /// <summary>How many whole GiB a unit has.</summary>
    public static int Slices(HeldUnit unit) => (int)Math.Min((unit.MemoryBytes ?? 0) / Gibibyte, int.MaxValue);

    private static string Problem(HeldUnit unit) => unit.MemoryBytes is { } bytes
        ? string.Create(CultureInfo.InvariantCulture, $"it has less than one GiB of memory of its own ({bytes} bytes)")
        : $"how much memory it has is not known{(unit.Gpu.Vendor == GpuVendor.Nvidia ? "; gpu-runtime devices --refresh asks nvidia-smi" : "")}";
}
