using System.Collections;
using System.Globalization;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Tests.Monitoring;

/// <summary>Everything that a sample tells, a line each: what is not told has no line.</summary>
internal static class SampleText
{
    private static readonly string[] NotTold = [nameof(GpuSample.Gpu), nameof(GpuSample.Health), nameof(GpuSample.FailedReadings), nameof(GpuSample.HasUnknownProcesses)];

    public static string Of(GpuSample sample)
    {
        var lines = new List<string>();
        foreach (var member in typeof(GpuSample).GetProperties().Where(property => !NotTold.Contains(property.Name)))
        {
            if (member.GetValue(sample) is not { } value)
                continue;
            foreach (var item in value is IEnumerable list and not string ? list.Cast<object>() : [value])
                lines.Add($"{member.Name} {Text(item)}");
        }

        return string.Join('\n', lines);
    }

    private static string Text(object value) => value switch
    {
        string or bool => value.ToString()!,
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => string.Join(' ', value.GetType().GetProperties().Where(member => member.Name != "EqualityContract").Select(member => (member.Name, Value: member.GetValue(value)))
            .Where(member => member.Value is not null).Select(member => $"{member.Name}={Text(member.Value!)}")),
    };
}
