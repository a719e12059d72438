using System.Collections.Immutable;

namespace GpuRuntime.Core.Monitoring.Amd;

/// <summary>
/// gpu_metrics 2.0 to 2.4 and 3.0: GPUs that are part of a processor. Temperatures are in hundredths of a degree: so says the source of 2.4 and 3.0, and
/// so are the ones before (a Phoenix with 2.1 tells 2500 beside a hwmon of 25 °C).
/// </summary>
internal static class ProcessorMetrics
{
    private const double Hundredths = 100;
    private const double Milli = 1e3;
    private const double MostActivity = 10_000;

    private static readonly int[] Sizes = [120, 120, 128, 152, 168];

    public static GpuMetrics? Parse(MetricsBytes table, int revision)
    {
        if (table.Length < Sizes[revision])
            return null;
        // 2.0 has its time stamp at another place.
        var isFirst = revision == 0;
        var (degrees, average, current) = isFirst ? (16, 68, 80) : (4, 64, 76);
        var known = new GpuMetrics
        {
            Temperatures = Told.Of(table.Temperature("edge", degrees, Hundredths), table.Temperature("soc", degrees + 2, Hundredths)),
            Clocks = Told.Of(
                table.Clock("graphics", current, average), table.Clock("soc", current + 2, average + 2), table.Clock("memory", current + 4, average + 4),
                table.Clock("fabric", current + 6, average + 6), table.Clock("video", current + 8, average + 8)),
            Throttling = revision >= 2 ? table.U64(120) : null,
        };
        // The units of activity and power are told from 2.4 on.
        return revision < 4
            ? known
            : known with
            {
                GraphicsActivity = table.U16(28) is { } graphics and <= (ushort)MostActivity ? graphics / MostActivity : null,
                VideoActivity = table.U16(30) is { } video and <= (ushort)MostActivity ? video / MostActivity : null,
                PowerWatts = table.U16(40) / Milli,
                Voltages = Told.Of(table.Voltage("soc", 154), table.Voltage("graphics", 156)),
            };
    }

    /// <summary>3.0: milliwatts in 32 bits, percent, averages of all clocks.</summary>
    public static GpuMetrics? ParseThird(MetricsBytes table)
    {
        const int size = 264;
        if (table.Length < size)
            return null;
        return new GpuMetrics
        {
            GraphicsActivity = table.Ratio(42),
            VideoActivity = table.Ratio(44),
            PowerWatts = table.U32(112) / Milli,
            Temperatures = Told.Of(table.Temperature("edge", 4, Hundredths), table.Temperature("soc", 6, Hundredths), table.Temperature("skin", 40, Hundredths)),
            Clocks = Told.Of(table.Clock("graphics", 174), table.Clock("soc", 176), table.Clock("fabric", 182), table.Clock("video", 184), table.Clock("memory", 186)),
            Residencies = Residencies(table),
        };
    }

    private static ImmutableArray<ThrottleResidency> Residencies(MetricsBytes table) => Told.Of(
        Sum("prochot", table.U32(228)),
        Sum("power", table.U32(232), table.U32(236), table.U32(240)),
        Sum("thermal", table.U32(244), table.U32(248), table.U32(252)));

    private static ThrottleResidency? Sum(string reason, params ReadOnlySpan<uint?> counts)
    {
        ulong? sum = null;
        foreach (var count in counts)
        {
            if (count is { } known)
                sum = (sum ?? 0) + known;
        }

        return sum is { } all ? new ThrottleResidency(reason, all) : null;
    }
}
