using System.Globalization;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Monitoring.Health;

/// <summary>A sensor at its critical temperature for a while counts until it has been well below for a longer one.</summary>
internal sealed class TemperatureRule : IHealthRule
{
    public static readonly TimeSpan ToBegin = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan ToEnd = TimeSpan.FromSeconds(30);

    /// <summary>So far below the critical temperature, in degrees, it is well.</summary>
    public const double Well = 5;

    private readonly SortedDictionary<string, (Sustained Heat, double Critical)> _sensors = new(StringComparer.Ordinal);

    public IEnumerable<HealthReason> Judge(GpuSample sample, TimeSpan now)
    {
        foreach (var temperature in sample.Temperatures)
        {
            if (temperature.CriticalCelsius is { } critical)
                Look(temperature.Sensor, temperature.Celsius, critical, now);
        }

        var hot = _sensors.Where(pair => pair.Value.Heat.Counts)
            .Select(pair => string.Create(CultureInfo.InvariantCulture, $"{PrintableText.Of(pair.Key)} ({pair.Value.Critical} °C)")).ToList();
        return hot.Count == 0
            ? []
            : [new HealthReason(HealthCodes.Temperature, $"At or above its critical temperature: {string.Join(", ", hot)}", "Look at fans, air flow and the room's temperature; lower the power limit meanwhile")];
    }

    public void Forget() => _sensors.Clear();

    private void Look(string sensor, double celsius, double critical, TimeSpan now)
    {
        var heat = _sensors.TryGetValue(sensor, out var known) ? known.Heat : new Sustained(ToBegin, ToEnd);
        heat.Update(celsius >= critical ? true : celsius < critical - Well ? false : null, now);
        _sensors[sensor] = (heat, critical);
    }
}
