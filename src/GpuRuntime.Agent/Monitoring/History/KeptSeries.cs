using System.Text.Json;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Monitoring.History;

/// <summary>Values of one thing that are kept together.</summary>
/// <param name="values">The member's name and how many digits after the point it is given with.</param>
internal abstract class KeptSeries(params (string Name, int Digits)[] values)
{
    private readonly Series[] _series = [.. values.Select(_ => new Series())];

    /// <summary>The first slot that it was there in; that of the first end before there is one.</summary>
    public long First { get; private set; } = long.MaxValue;

    /// <summary>The slot that it was in a sample of last.</summary>
    public long Used { get; set; }

    public void End(long slot)
    {
        First = Math.Min(First, slot);
        foreach (var series in _series)
            series.End(slot);
    }

    public void Write(Utf8JsonWriter json, long first, long last)
    {
        for (var index = 0; index < values.Length; index++)
        {
            json.WriteStartArray(values[index].Name);
            for (var slot = first; slot <= last; slot++)
            {
                if (_series[index].At(slot) is { } point)
                    json.WriteNumberValue(Math.Round(point, values[index].Digits));
                else
                    json.WriteNullValue();
            }

            json.WriteEndArray();
        }
    }

    protected void Add(params ReadOnlySpan<double?> point)
    {
        for (var index = 0; index < point.Length; index++)
            _series[index].Add(point[index]);
    }
}

/// <inheritdoc/>
internal sealed class GpuSeries() : KeptSeries(("utilizationRatio", 4), ("memoryUsedBytes", 0), ("powerWatts", 1), ("temperatureCelsius", 1))
{
    public void Add(GpuSample sample) => Add(
        sample.UtilizationRatio, sample.MemoryUsedBytes, sample.PowerWatts, sample.Temperatures.IsEmpty ? null : sample.Temperatures.Max(temperature => temperature.Celsius));
}

/// <inheritdoc/>
internal sealed class ContainerSeries() : KeptSeries(("memoryUsedBytes", 0), ("utilizationRatio", 4))
{
    public void Add(UnitUse use) => Add(use.MemoryUsedBytes, use.UtilizationRatio);
}
