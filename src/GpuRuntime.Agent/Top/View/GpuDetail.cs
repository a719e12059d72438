using GpuRuntime.Agent.Top.Characters;
using GpuRuntime.Core.Monitoring.Samples;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace GpuRuntime.Agent.Top.View;

/// <summary>Two lines about the selected GPU: what there is no column for, or what is wrong with it; and its last minutes.</summary>
internal static class GpuDetail
{
    public static IRenderable About(GpuSample sample, int width)
    {
        var (text, style) = sample switch
        {
            { Health.Reasons: [var reason, ..] } => (reason.Sentence, Styles.Bad),
            { Problem: { } problem } => (problem, Styles.Warning),
            _ => (string.Join("  ", Facts(sample)), Styles.Faint),
        };
        return Cell.Of($"  {sample.Gpu.Id}  {text}", width, style);
    }

    public static IRenderable Trend(GpuSample sample, Trends trends, int width)
    {
        const string utilization = "  util ";
        const string memory = "  mem ";
        var lines = Math.Max(2, width - utilization.Length - memory.Length);
        return new Paragraph(utilization, Styles.Faint)
            .Append(Blocks.Line(trends.Utilization(sample.Gpu.Id), lines / 2), Styles.Good)
            .Append(memory, Styles.Faint)
            .Append(Blocks.Line(trends.Memory(sample.Gpu.Id), lines - (lines / 2)), Styles.Good);
    }

    private static IEnumerable<string> Facts(GpuSample sample)
    {
        if (sample.Gpu.Name is { } name)
            yield return name;
        yield return sample.Gpu.PciAddress.ToString();
        foreach (var clock in sample.Clocks)
            yield return $"{clock.Domain} {Quantity.Hertz(clock.Hertz)}";
        foreach (var engine in sample.Engines)
            yield return $"{engine.Engine} {Quantity.Percent(engine.BusyRatio)}";
        foreach (var sensor in sample.Temperatures)
            yield return $"{sensor.Sensor} {Quantity.Celsius(sensor.Celsius)}";
        foreach (var fan in sample.Fans)
            yield return fan.Ratio is { } ratio ? $"fan {Quantity.Percent(ratio)}" : $"fan {(fan.Rpm is { } rpm ? Number.Of((int)Math.Min(rpm, int.MaxValue)) : TerminalText.Unknown)}rpm";
        foreach (var mig in sample.MigDevices)
            yield return $"mig {Number.Of(mig.Device.Index)} {mig.Device.Profile} {Quantity.BytesOf(mig.MemoryUsedBytes, mig.MemoryTotalBytes)}";
        if (sample.Gpu.DriverVersion is { } version)
            yield return $"{sample.Gpu.Driver} {version}";
    }
}
