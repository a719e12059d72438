using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Limits;

/// <summary>A region of device memory that the kernel's dmem controller accounts for.</summary>
/// <param name="Name">As the controller's files name it: <c>drm/0000:03:00.0/vram</c>.</param>
/// <param name="CapacityBytes">Its size in bytes.</param>
public sealed record DmemRegion(string Name, long CapacityBytes);

/// <summary>
/// The regions of the cgroup v2 controller <c>dmem</c> (Linux 6.14 and later), from <c>dmem.capacity</c> of the root cgroup: lines of
/// <c>REGION BYTES</c>. Source: Documentation/admin-guide/cgroup-v2.rst, kernel/cgroup/dmem.c.
/// </summary>
public static class DmemRegions
{
    /// <summary>The file in <see cref="HostTree.Sys"/>.</summary>
    public const string CapacityFile = $"{UnifiedHierarchy.Directory}/{UnifiedHierarchy.Dmem}.capacity";

    private const string NvidiaStart = "nvidia/";
    private const string NvidiaEnd = "/vidmem";

    /// <summary>The regions of this host; empty where the kernel has no such controller.</summary>
    public static ImmutableArray<DmemRegion> Read(IHostRoot host) => host.ReadText(HostTree.Sys, CapacityFile) is { } text ? Parse(text) : [];

    /// <returns>What has the kernel's form, in its order: a name, one space, a number of bytes above 0. Lines of any other form are none of its regions.</returns>
    public static ImmutableArray<DmemRegion> Parse(string text)
    {
        var regions = ImmutableArray.CreateBuilder<DmemRegion>();
        foreach (var line in text.Split('\n'))
        {
            if (line.Split(' ') is [{ Length: > 0 } name, var capacity]
                && long.TryParse(capacity, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes > 0)
                regions.Add(new DmemRegion(name, bytes));
        }

        return regions.ToImmutable();
    }

    /// <summary>
    /// The regions that hold a GPU's memory and that a limit can be written for: amdgpu has one for the whole device, whatever its partitions
    /// (<c>drm/ADDRESS/vram</c>), xe one a tile (<c>drm/ADDRESS/vram0</c>, <c>vram1</c>). NVIDIA's driver has regions too, whose limits are set through
    /// NVML alone: they are not here, but in <see cref="CountedOf"/>.
    /// </summary>
    /// <returns>In the order of the tiles; empty for a driver without regions (i915), or where the controller does not know the device.</returns>
    public static ImmutableArray<DmemRegion> Of(Gpu gpu, ImmutableArray<DmemRegion> regions)
    {
        var prefix = $"drm/{gpu.PciAddress}/vram";
        var own = new List<DmemRegion>();
        foreach (var region in regions)
        {
            if (!region.Name.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            if (gpu.Driver == "amdgpu" ? region.Name.Length == prefix.Length : gpu.Driver == "xe" && Tile(region, prefix) is not null)
                own.Add(region);
        }

        own.Sort((first, second) => (Tile(first, prefix) ?? 0).CompareTo(Tile(second, prefix) ?? 0));
        return [.. own];
    }

    /// <summary>
    /// The regions in which a GPU's memory is counted, whether a limit can be written for them or not: those of <see cref="Of"/>, and of NVIDIA's driver
    /// from release 615 on <c>nvidia/ADDRESS/vidmem</c>, with eight digits of the domain.
    /// </summary>
    /// <returns>As of <see cref="Of"/>.</returns>
    public static ImmutableArray<DmemRegion> CountedOf(Gpu gpu, ImmutableArray<DmemRegion> regions) =>
        gpu.Vendor == GpuVendor.Nvidia ? [.. regions.Where(region => IsNvidias(region.Name, gpu.PciAddress))] : Of(gpu, regions);

    /// <summary>A GPU's memory in bytes, over all of its regions; <see langword="null"/> where the controller does not know the device.</summary>
    public static long? CapacityOf(Gpu gpu, ImmutableArray<DmemRegion> regions)
    {
        var sum = 0UL;
        foreach (var region in Of(gpu, regions))
            sum += (ulong)region.CapacityBytes;
        return sum is > 0 and <= long.MaxValue ? (long)sum : null;
    }

    private static bool IsNvidias(string region, PciAddress address) =>
        region.StartsWith(NvidiaStart, StringComparison.Ordinal) && region.EndsWith(NvidiaEnd, StringComparison.Ordinal) && region.Length > NvidiaStart.Length + NvidiaEnd.Length
        && PciAddress.Parse(region.AsSpan(NvidiaStart.Length, region.Length - NvidiaStart.Length - NvidiaEnd.Length)) == address;

    private static int? Tile(DmemRegion region, string prefix) =>
        int.TryParse(region.Name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var tile) ? tile : null;
}
