using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Core.Monitoring.Sysfs;

namespace GpuRuntime.Core.Monitoring.Amd;

/// <summary>
/// <c>xcp/N/xcp_metrics</c>: what the firmware measures of one partition, as newer kernels tell it. Source: struct amdgpu_partition_metrics_v1_0 and
/// v1_1 of drivers/gpu/drm/amd/include/kgd_pp_interface.h.
/// </summary>
/// <param name="Clocks">The highest of its instances.</param>
public sealed record PartitionMetrics(PartitionActivity Activity, ImmutableArray<Clock> Clocks)
{
    private const int HeadLength = 4;
    private const int FixedSize = 488;

    public static PartitionMetrics? Read(ISensorFiles files, int partition) =>
        files.ReadBytes(string.Create(CultureInfo.InvariantCulture, $"xcp/{partition}/xcp_metrics")) is { } bytes ? Parse(bytes) : null;

    /// <inheritdoc cref="GpuMetrics.Parse"/>
    public static PartitionMetrics? Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeadLength || BinaryPrimitives.ReadUInt16LittleEndian(bytes) is var size && (size < HeadLength || size > bytes.Length))
            return null;
        return (bytes[2], bytes[3]) switch
        {
            (1, 0) when size >= FixedSize => OfFixed(new MetricsBytes(bytes[..size])),
            (1, 1) when AttributeTable.TryParse(bytes[..size], out var table) => new PartitionMetrics(AttributeMetrics.Activity(table), AttributeMetrics.Clocks(table)),
            _ => null,
        };
    }

    private static PartitionMetrics OfFixed(MetricsBytes table) => new(
        new PartitionActivity(table.MeanWideRatio(48, 8), table.MeanRatio(160, 4), table.MeanRatio(80, 40)),
        Told.Of(table.HighestClock("graphics", 4, 8), table.HighestClock("soc", 20, 4), table.HighestClock("video", 28, 4), table.Clock("memory", 44)));
}
