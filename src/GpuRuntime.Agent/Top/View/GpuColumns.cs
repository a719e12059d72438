using GpuRuntime.Agent.Top.Characters;
using GpuRuntime.Agent.Top.Output;
using GpuRuntime.Core.Monitoring.Samples;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace GpuRuntime.Agent.Top.View;

/// <summary>What the list of GPUs tells.</summary>
internal static class GpuColumns
{
    private const int PercentWidth = 4;
    private const int BytesWidth = 10;
    private const double NearCritical = 10;

    /// <param name="trends">What was before; <see langword="null"/> where nothing was.</param>
    public static IReadOnlyList<Column<GpuSample>> Of(Trends? trends) =>
    [
        new("GPU", 8, 0, (sample, width) => Cell.Of(sample.Gpu.Id, width, Styles.Title)) { LargestWidth = 9 },
        new("NAME", 14, 4, (sample, width) => Cell.Of(sample.Gpu.Name ?? TerminalText.Unknown, width)) { LargestWidth = 32 },
        new("UTIL", 9, 1, (sample, width) => Cell.Bar(sample.UtilizationRatio, Quantity.Percent(sample.UtilizationRatio), PercentWidth, width)) { LargestWidth = 21 },
        .. Trend(9, trends is null ? null : trends.Utilization),
        new("MEMORY", 16, 2, (sample, width) => Cell.Bar(sample.MemoryRatio(), Quantity.BytesOf(sample.MemoryUsedBytes, sample.MemoryTotalBytes), BytesWidth, width)) { LargestWidth = 27 },
        .. Trend(10, trends is null ? null : trends.Memory),
        new("POWER", 8, 5, (sample, width) => Cell.Of(Quantity.Watts(sample.PowerWatts, sample.PowerLimitWatts), width)) { LargestWidth = 9, IsRight = true },
        new("TEMP", 5, 3, Temperature) { IsRight = true },
        new("CLOCK", 7, 7, (sample, width) => Cell.Of(Quantity.Hertz(sample.MainClock()?.Hertz), width)) { IsRight = true },
        new("HEALTH", 8, 6, Health) { LargestWidth = 24 },
    ];

    // A line over time, behind the bar of the moment.
    private static IEnumerable<Column<GpuSample>> Trend(int rank, Func<string, IReadOnlyList<double?>>? values) => values is null
        ? []
        : [new("", 12, rank, (sample, width) => new Text(Blocks.Line(values(sample.Gpu.Id), width), Styles.Faint)) { LargestWidth = 30 }];

    private static IRenderable Temperature(GpuSample sample, int width)
    {
        var temperature = sample.MainTemperature();
        var style = temperature is { CriticalCelsius: { } critical } && temperature.Celsius >= critical - NearCritical ? Styles.Bad : Styles.Plain;
        return Cell.Of(Quantity.Celsius(temperature?.Celsius), width, style);
    }

    private static IRenderable Health(GpuSample sample, int width) => sample switch
    {
        { Health.Reasons: [var reason, ..] } => Cell.Of(reason.Code, width, Styles.Bad),
        { Problem: not null } => Cell.Of("unread", width, Styles.Warning),
        { Throttling: var reasons } when reasons.FirstOrDefault(reason => reason is { IsActive: true, Reason: not "idle" and not "applications_clocks" }) is { } throttled =>
            Cell.Of(throttled.Reason, width, Styles.Warning),
        _ => Cell.Of("ok", width, Styles.Good),
    };
}
