using System.Collections.Immutable;

namespace GpuRuntime.Core.Monitoring.Amd;

/// <summary>gpu_metrics 1.4 to 1.8: the MI300s. Whole degrees, percent, watts, MHz; from 1.6 on with the activity of each partition.</summary>
internal static class AcceleratorMetrics
{
    private const int VideoEngines = 4;
    private const int MostPartitions = 8;
    private const int MostCompute = 8;
    private const int GraphicsClocks = 8;
    private const int OtherClocks = 4;

    public static GpuMetrics? Parse(MetricsBytes table, int revision)
    {
        var at = Places.Of(revision);
        if (table.Length < at.Size)
            return null;
        var partitions = revision < 6 ? [] : Partitions(table, revision, at.Partitions);
        var ownVideo = revision < 6 ? table.MeanRatio(16, VideoEngines) : null;
        var ownJpeg = revision == 5 ? table.MeanRatio(24, 32) : null;
        return new GpuMetrics
        {
            GraphicsActivity = table.Ratio(12),
            MemoryActivity = table.Ratio(14),
            VideoActivity = ownVideo ?? Mean(partitions, partition => partition.Video),
            JpegActivity = ownJpeg ?? Mean(partitions, partition => partition.Jpeg),
            PowerWatts = table.U16(10),
            EnergyJoules = GpuMetrics.Energy(table.U64(at.Energy)),
            Temperatures = Told.Of(table.Temperature("junction", 4), table.Temperature("memory", 6), table.Temperature("vr_soc", 8)),
            Clocks = Told.Of(
                table.HighestClock("graphics", at.Clocks, GraphicsClocks), table.HighestClock("soc", at.Clocks + 16, OtherClocks),
                table.HighestClock("video", at.Clocks + 24, OtherClocks), table.Clock("memory", at.Clocks + 40)),
            Pcie = GpuMetrics.Link(table.U16(at.Link), table.U16(at.Link + 2), table.U64(at.Replays)),
            Cycles = at.Cycles is { } cycles ? table.U32(cycles) : null,
            Residencies = at.Cycles is { } first ? Residencies(table, first + sizeof(uint)) : [],
            Partitions = partitions,
        };
    }

    private static ImmutableArray<ThrottleResidency> Residencies(MetricsBytes table, int offset) => Told.Of(
        Residency("prochot", table.U32(offset)), Residency("power", table.U32(offset + 4)), Residency("thermal", table.U32(offset + 8)),
        Residency("vr_thermal", table.U32(offset + 12)), Residency("memory_thermal", table.U32(offset + 16)));

    private static ThrottleResidency? Residency(string reason, uint? count) => count is { } known ? new ThrottleResidency(reason, known) : null;

    // They fill the table but for its last 8 bytes: how much each takes has grown with kernels, within one revision too.
    private static ImmutableArray<PartitionActivity> Partitions(MetricsBytes table, int revision, int offset)
    {
        var stride = (table.Length - offset - 8) / MostPartitions;
        var jpegEngines = revision < 8 ? 32 : 40;
        const int jpeg = MostCompute * sizeof(uint);
        var video = jpeg + jpegEngines * sizeof(ushort);
        if (stride < video + VideoEngines * sizeof(ushort))
            return [];
        var partitions = ImmutableArray.CreateBuilder<PartitionActivity>(MostPartitions);
        for (var start = offset; partitions.Count < MostPartitions; start += stride)
            partitions.Add(new PartitionActivity(table.MeanWideRatio(start, MostCompute), table.MeanRatio(start + video, VideoEngines), table.MeanRatio(start + jpeg, jpegEngines)));
        return partitions.MoveToImmutable();
    }

    private static double? Mean(ImmutableArray<PartitionActivity> partitions, Func<PartitionActivity, double?> activity) =>
        partitions.IsEmpty ? null : partitions.Average(activity);

    /// <summary>Where a revision has what.</summary>
    /// <param name="Size">Without the partitions, which some kernels leave out.</param>
    /// <param name="Link">Width, then speed.</param>
    /// <param name="Clocks">Graphics, and behind it the others.</param>
    /// <param name="Cycles">The firmware's count, and behind it the residencies.</param>
    private readonly record struct Places(int Size, int Energy, int Link, int Replays, int Clocks, int? Cycles = null, int Partitions = 0)
    {
        public static Places Of(int revision) => revision switch
        {
            4 => new(288, 24, 48, 88, 240),
            5 => new(360, 88, 112, 152, 312),
            6 => new(312, 16, 60, 104, 264, 32, 312),
            _ => new(344, 24, 68, 112, 296, 40, 344),
        };
    }
}
