namespace GpuRuntime.Core.Monitoring.Amd;

/// <summary>gpu_metrics 1.0 to 1.3: graphics cards, and data-centre GPUs up to the MI200s. Whole degrees, percent, watts, MHz.</summary>
internal static class DiscreteMetrics
{
    private const int HighBandwidthStacks = 4;

    // The numbers stand where struct gpu_metrics_v1_x has them; each revision has added to the end of the last, but for the first.
    private static readonly int[] Sizes = [80, 96, 104, 120];

    public static GpuMetrics? Parse(MetricsBytes table, int revision)
    {
        if (table.Length < Sizes[revision])
            return null;
        // 1.0 has its time stamp before the rest.
        var shift = revision == 0 ? 12 : 0;
        var known = new GpuMetrics
        {
            GraphicsActivity = table.Ratio(16 + shift),
            MemoryActivity = table.Ratio(18 + shift),
            VideoActivity = table.Ratio(20 + shift),
            PowerWatts = table.U16(22 + shift),
            Temperatures = Told.Of(
                table.Temperature("edge", 4 + shift), table.Temperature("junction", 6 + shift), table.Temperature("memory", 8 + shift),
                table.Temperature("vr_graphics", 10 + shift), table.Temperature("vr_soc", 12 + shift), table.Temperature("vr_memory", 14 + shift)),
            // What they run at now, else on average.
            Clocks = Told.Of(table.Clock("graphics", 54, 40), table.Clock("soc", 56, 42), table.Clock("memory", 58, 44), table.Clock("video", 60, 46)),
            Pcie = revision == 0 ? GpuMetrics.Link(table.U8(74), table.U8(75)) : GpuMetrics.Link(table.U16(74), table.U16(76)),
        };
        if (revision > 0)
            known = WithStacks(known, table);
        return revision < 3
            ? known
            : known with
            {
                Voltages = Told.Of(table.Voltage("soc", 104), table.Voltage("graphics", 106), table.Voltage("memory", 108)),
                Throttling = table.U64(112),
            };
    }

    // The energy counter has its unit on data-centre GPUs alone, which are those that tell of stacks of HBM: an RX 6900 XT counts 33192 a second at 36 W.
    private static GpuMetrics WithStacks(GpuMetrics known, MetricsBytes table)
    {
        var temperatures = known.Temperatures.ToBuilder();
        for (var stack = 0; stack < HighBandwidthStacks; stack++)
        {
            if (table.Temperature($"hbm{stack}", 88 + stack * sizeof(ushort)) is { } temperature)
                temperatures.Add(temperature);
        }

        return temperatures.Count == known.Temperatures.Length
            ? known
            : known with { Temperatures = temperatures.ToImmutable(), EnergyJoules = GpuMetrics.Energy(table.U64(24)) };
    }
}
