using System.Globalization;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Tests.Monitoring.Intel;

/// <summary>What a sample tells of an Intel GPU's sensors, a line for each kind: what is not told has no line.</summary>
internal static class IntelSampleText
{
    public static string Of(GpuSample sample)
    {
        var lines = new List<string>();
        Add("utilization", sample.UtilizationRatio);
        Add("memory", sample.MemoryTotalBytes, sample.MemoryUsedBytes);
        Add("power", sample.PowerWatts);
        Add("limit", sample.PowerLimitWatts);
        Add("energy", sample.EnergyJoules);
        AddAll("temperatures", sample.Temperatures.Select(one => Text(one.Sensor, one.Celsius, one.CriticalCelsius)));
        AddAll("clocks", sample.Clocks.Select(one => Text(one.Domain, one.Hertz, one.MaxHertz)));
        AddAll("fans", sample.Fans.Select(one => Text($"{one.Index}", one.Rpm, one.Ratio)));
        AddAll("voltages", sample.Voltages.Select(one => Text(one.Rail, one.Volts)));
        if (sample.Pcie is { } link)
            lines.Add("pcie " + Text($"{link.TransfersPerSecond:0}", link.MaxTransfersPerSecond, link.Lanes, link.MaxLanes));
        AddAll("throttling", sample.Throttling.Select(one => one.IsActive == true ? $"{one.Reason}!" : one.Reason));
        AddAll("other", [.. sample.Errors.Select(_ => "error"), .. sample.Engines.Select(one => one.Engine), .. sample.MemoryPools.Select(one => one.Pool)]);
        return string.Join('\n', lines);

        void Add(string kind, params double?[] values)
        {
            if (values.Any(value => value is not null))
                lines.Add(Text(kind, values));
        }

        void AddAll(string kind, IEnumerable<string> values)
        {
            if (string.Join(", ", values) is { Length: > 0 } text)
                lines.Add($"{kind} {text}");
        }
    }

    private static string Text(string name, params double?[] values) =>
        string.Join(' ', [name, .. values.Select(value => value?.ToString("0.######", CultureInfo.InvariantCulture) ?? "-")]).TrimEnd('-', ' ');
}
