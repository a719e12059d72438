using System.Globalization;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Limits;

namespace GpuRuntime.Core.Vendors.Amd;

/// <summary>
/// How much memory an AMD GPU has. Of a whole one amdgpu tells (<c>mem_info_vram_total</c>), else KFD, else the dmem controller; of a partition KFD
/// alone, whose memory banks are what it lets the partition use.
/// </summary>
internal static class AmdMemory
{
    // kfd_crat.h: HSA_MEM_HEAP_TYPE_FB_PUBLIC, HSA_MEM_HEAP_TYPE_FB_PRIVATE.
    private const ulong PublicFrameBuffer = 1;
    private const ulong PrivateFrameBuffer = 2;

    /// <returns>Bytes; <see langword="null"/> where no file tells.</returns>
    public static long? Of(Gpu gpu, IHostRoot host) => gpu.Partition is null
        ? OfDevice(gpu, host) ?? OfBanks(gpu, host) ?? DmemRegions.CapacityOf(gpu, DmemRegions.Read(host))
        : OfBanks(gpu, host);

    private static long? OfDevice(Gpu gpu, IHostRoot host) =>
        long.TryParse(new PciFunction(host, gpu.PciAddress).Text("mem_info_vram_total"), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes > 0 ? bytes : null;

    private static long? OfBanks(Gpu gpu, IHostRoot host)
    {
        if (gpu.KfdNode is not { } node)
            return null;
        var sum = 0UL;
        var directory = string.Create(CultureInfo.InvariantCulture, $"{KfdTopology.Directory}/{node}/mem_banks");
        foreach (var bank in host.List(HostTree.Sys, directory))
        {
            if (host.ReadText(HostTree.Sys, $"{directory}/{bank}/properties") is { } properties
                && KfdProperties.Value(properties, "heap_type") is PublicFrameBuffer or PrivateFrameBuffer
                && KfdProperties.Value(properties, "size_in_bytes") is { } bytes and <= long.MaxValue)
                sum += bytes;
        }

        return sum is > 0 and <= long.MaxValue ? (long)sum : null;
    }
}
