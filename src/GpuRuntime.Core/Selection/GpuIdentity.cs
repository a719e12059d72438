using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Selection;

/// <summary>Compares UUIDs as people write them. Letter case, a prefix of AMD's and zeros in front do not tell GPUs apart.</summary>
internal static class GpuIdentity
{
    /// <summary>The GPUs with this UUID, else those whose UUID begins with it. Partitions may share one.</summary>
    public static List<Gpu> NamedBy(string name, ImmutableArray<Gpu> candidates)
    {
        var exact = candidates.Where(gpu => HasUuid(gpu, name)).ToList();
        return exact.Count > 0 ? exact : [.. candidates.Where(gpu => BeginsWith(gpu, name))];
    }

    public static bool HasUuid(Gpu gpu, string name) => gpu.Uuid is { } uuid && Normalized(gpu.Vendor, name) is { Length: > 0 } wanted && Normalized(gpu.Vendor, uuid) == wanted;

    /// <summary>How many different UUIDs these GPUs have.</summary>
    public static int Distinct(IEnumerable<Gpu> gpus) => gpus.Select(gpu => $"{gpu.Vendor.Word()} {Normalized(gpu.Vendor, gpu.Uuid!)}").Distinct().Count();

    private static bool BeginsWith(Gpu gpu, string name) =>
        gpu.Uuid is { } uuid && Normalized(gpu.Vendor, name) is { Length: > 0 } wanted && Normalized(gpu.Vendor, uuid).StartsWith(wanted, StringComparison.Ordinal);

    // ROCm writes GPU- in front of AMD's number, AMD's container tools 0x; NVIDIA's GPU- belongs to the UUID.
    private static string Normalized(GpuVendor vendor, string uuid)
    {
        var lower = uuid.ToLowerInvariant();
        if (lower.StartsWith("0x", StringComparison.Ordinal))
            lower = lower[2..];
        else if (vendor == GpuVendor.Amd && lower.StartsWith("gpu-", StringComparison.Ordinal))
            lower = lower[4..];
        return lower.TrimStart('0');
    }
}
