using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Top.Output;

/// <summary>The one temperature and the one clock of a GPU that stand for all, where there is room for one.</summary>
internal static class MainReadings
{
    // What tools of the vendors print first; of what has none of these, the first.
    private static readonly string[] Sensors = ["edge", "gpu", "package", "junction"];
    private static readonly string[] Domains = ["graphics", "sm"];

    public static Temperature? MainTemperature(this GpuSample sample) =>
        Sensors.Select(name => sample.Temperatures.FirstOrDefault(sensor => sensor.Sensor == name)).FirstOrDefault(sensor => sensor is not null)
        ?? sample.Temperatures.FirstOrDefault();

    public static Clock? MainClock(this GpuSample sample) =>
        Domains.Select(name => sample.Clocks.FirstOrDefault(clock => clock.Domain == name)).FirstOrDefault(clock => clock is not null)
        ?? sample.Clocks.FirstOrDefault();

    /// <summary>The part of its memory that is in use.</summary>
    public static double? MemoryRatio(this GpuSample sample) =>
        sample is { MemoryUsedBytes: { } used, MemoryTotalBytes: { } total and > 0 } ? Math.Min(1, (double)used / total) : null;
}
