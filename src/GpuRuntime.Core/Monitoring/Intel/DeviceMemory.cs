using System.Buffers.Binary;

namespace GpuRuntime.Core.Monitoring.Intel;

/// <summary>
/// The device memory of an Intel GPU, over all of its tiles, from what its driver answers to a query for memory regions. Source:
/// include/uapi/drm/{i915_drm,xe_drm}.h; integers are the machine's, which is little-endian where these GPUs are.
/// </summary>
/// <param name="TotalBytes">Its size.</param>
/// <param name="UsedBytes"><see langword="null"/> for an asker that may not know: it takes CAP_PERFMON, of xe before Linux 7.2.</param>
public sealed record DeviceMemory(long TotalBytes, long? UsedBytes)
{
    private const int RegionBytes = 88;
    private const int I915HeaderBytes = 16;
    private const int XeHeaderBytes = 8;
    private const ushort DeviceClass = 1;

    /// <summary>The answer to DRM_I915_QUERY_MEMORY_REGIONS: their number, and for each its class, size, and the part that is free.</summary>
    /// <returns><see langword="null"/> for a GPU without memory of its own, and for what is no such answer.</returns>
    public static DeviceMemory? OfI915(ReadOnlySpan<byte> answer)
    {
        var memory = Nothing;
        foreach (var region in Regions(answer, I915HeaderBytes))
        {
            if (BinaryPrimitives.ReadUInt16LittleEndian(answer[region..]) != DeviceClass)
                continue;
            var (total, free) = (Number(answer, region + 8), Number(answer, region + 16));
            // Whoever may not know is told that all of it is free. The driver itself always has some.
            memory = Plus(memory, total, free < total ? total - free : null);
        }

        return Known(memory);
    }

    /// <summary>The answer to DRM_XE_DEVICE_QUERY_MEM_REGIONS: their number, and for each its class, size, and the part that is used.</summary>
    /// <inheritdoc cref="OfI915"/>
    public static DeviceMemory? OfXe(ReadOnlySpan<byte> answer)
    {
        var memory = Nothing;
        foreach (var region in Regions(answer, XeHeaderBytes))
        {
            if (BinaryPrimitives.ReadUInt16LittleEndian(answer[region..]) != DeviceClass)
                continue;
            var (total, used) = (Number(answer, region + 8), Number(answer, region + 16));
            // Whoever may not know is told 0. The driver itself always has some.
            memory = Plus(memory, total, used > 0 && used <= total ? used : null);
        }

        return Known(memory);
    }

    private static DeviceMemory Nothing { get; } = new(0, 0);

    // Where each begins.
    private static List<int> Regions(ReadOnlySpan<byte> answer, int header)
    {
        var regions = new List<int>();
        if (answer.Length < header)
            return regions;
        var count = BinaryPrimitives.ReadUInt32LittleEndian(answer);
        for (var at = header; regions.Count < count && at <= answer.Length - RegionBytes; at += RegionBytes)
            regions.Add(at);
        // Of an answer that was cut off nothing is taken.
        return regions.Count == count ? regions : [];
    }

    private static long? Number(ReadOnlySpan<byte> answer, int at) => BinaryPrimitives.ReadUInt64LittleEndian(answer[at..]) is <= long.MaxValue and var number ? (long)number : null;

    private static DeviceMemory? Known(DeviceMemory? memory) => memory is { TotalBytes: > 0 } ? memory : null;

    private static DeviceMemory? Plus(DeviceMemory? memory, long? total, long? used) =>
        memory is null || total is not { } bytes || bytes > long.MaxValue - memory.TotalBytes ? null : new DeviceMemory(memory.TotalBytes + bytes, memory.UsedBytes + used);
}
