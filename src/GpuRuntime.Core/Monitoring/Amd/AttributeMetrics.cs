using System.Collections.Immutable;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Monitoring.Amd;

/// <summary>gpu_metrics 1.9, in which every value says what it is, and the tables of partitions that are made like it.</summary>
internal static class AttributeMetrics
{
    private const int MostStacks = 64;

    public static GpuMetrics? Parse(ReadOnlySpan<byte> bytes)
    {
        if (!AttributeTable.TryParse(bytes, out var table))
            return null;
        return new GpuMetrics
        {
            GraphicsActivity = MetricsBytes.RatioOf(table.Value(MetricsAttribute.GraphicsActivity)),
            MemoryActivity = MetricsBytes.RatioOf(table.Value(MetricsAttribute.MemoryActivity)),
            VideoActivity = table.MeanRatio(MetricsAttribute.VideoBusy),
            JpegActivity = table.MeanRatio(MetricsAttribute.JpegBusy),
            PowerWatts = table.Value(MetricsAttribute.SocketPower),
            EnergyJoules = GpuMetrics.Energy(table.Value(MetricsAttribute.Energy)),
            Temperatures = Temperatures(table),
            Clocks = Clocks(table),
            Pcie = GpuMetrics.Link(table.Value(MetricsAttribute.PcieWidth), table.Value(MetricsAttribute.PcieSpeed), table.Value(MetricsAttribute.PcieReplays)),
            Cycles = table.Value(MetricsAttribute.Cycles) is { } cycles and <= uint.MaxValue ? (uint)cycles : null,
            Residencies = Told.Of(
                Residency("prochot", table.Value(MetricsAttribute.ProchotResidency)), Residency("power", table.Value(MetricsAttribute.PowerResidency)),
                Residency("thermal", table.Value(MetricsAttribute.ThermalResidency)), Residency("vr_thermal", table.Value(MetricsAttribute.VrThermalResidency)),
                Residency("memory_thermal", table.Value(MetricsAttribute.MemoryThermalResidency))),
        };
    }

    public static ImmutableArray<Clock> Clocks(AttributeTable table) => Told.Of(
        Clock("graphics", table.Highest(MetricsAttribute.GraphicsClock)), Clock("soc", table.Highest(MetricsAttribute.SocClock)),
        Clock("video", table.Highest(MetricsAttribute.VideoClock)), Clock("memory", table.Value(MetricsAttribute.MemoryClock)));

    public static PartitionActivity Activity(AttributeTable table) =>
        new(table.MeanRatio(MetricsAttribute.GraphicsBusy), table.MeanRatio(MetricsAttribute.VideoBusy), table.MeanRatio(MetricsAttribute.JpegBusy));

    private static ImmutableArray<Temperature> Temperatures(AttributeTable table)
    {
        List<Temperature?> temperatures =
        [
            Temperature("junction", table.Value(MetricsAttribute.TemperatureHotspot)), Temperature("memory", table.Value(MetricsAttribute.TemperatureMemory)),
            Temperature("vr_soc", table.Value(MetricsAttribute.TemperatureVrSoc)),
        ];
        for (var stack = 0; stack < Math.Min(table.Count(MetricsAttribute.TemperatureHbm), MostStacks); stack++)
            temperatures.Add(Temperature($"hbm{stack}", table.Value(MetricsAttribute.TemperatureHbm, stack)));
        return Told.Of(temperatures.ToArray());
    }

    private static Temperature? Temperature(string sensor, ulong? degrees) => degrees is > 0 and < ushort.MaxValue ? new Temperature(sensor, degrees.Value) : null;

    private static Clock? Clock(string domain, ulong? megahertz) => megahertz < ushort.MaxValue ? new Clock(domain, megahertz.Value * 1e6) : null;

    private static ThrottleResidency? Residency(string reason, ulong? count) => count is { } known ? new ThrottleResidency(reason, known) : null;
}
