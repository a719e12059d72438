using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Core.Monitoring.Sysfs;

namespace GpuRuntime.Core.Monitoring.Amd;

/// <summary>What amdgpu and radeon register with hwmon. Channels are told apart by their labels. Source: drivers/gpu/drm/amd/pm/amdgpu_pm.c.</summary>
internal static class AmdHwmon
{
    private const int Sensors = 3;
    private const int Rails = 2;

    public static ImmutableArray<Temperature> Temperatures(HwmonChip hwmon)
    {
        var temperatures = ImmutableArray.CreateBuilder<Temperature>();
        for (var channel = 1; channel <= Sensors; channel++)
        {
            if (hwmon.Temperature(channel, Sensor(Label(hwmon, "temp", channel))) is { } temperature)
                temperatures.Add(temperature);
        }

        return temperatures.DrainToImmutable();
    }

    public static ImmutableArray<Clock> Clocks(HwmonChip hwmon)
    {
        var clocks = ImmutableArray.CreateBuilder<Clock>();
        for (var channel = 1; channel <= 2; channel++)
        {
            if (Domain(Label(hwmon, "freq", channel)) is { } domain && hwmon.Number(File("freq", channel, "_input")) is { } hertz and >= 0)
                clocks.Add(new Clock(domain, hertz));
        }

        return clocks.DrainToImmutable();
    }

    public static ImmutableArray<Voltage> Voltages(HwmonChip hwmon)
    {
        var voltages = ImmutableArray.CreateBuilder<Voltage>();
        for (var channel = 0; channel < Rails; channel++)
        {
            if (Rail(Label(hwmon, "in", channel)) is { } rail && hwmon.Volts(File("in", channel, "_input")) is { } volts)
                voltages.Add(new Voltage(rail, volts));
        }

        return voltages.DrainToImmutable();
    }

    // radeon has one sensor, and no label for it.
    private static string Sensor(string? label) => label switch
    {
        null => "gpu",
        "mem" => "memory",
        _ => label,
    };

    private static string? Domain(string? label) => label switch
    {
        "sclk" => "graphics",
        "mclk" => "memory",
        _ => null,
    };

    private static string? Rail(string? label) => label switch
    {
        "vddgfx" => "graphics",
        "vddnb" => "northbridge",
        _ => label,
    };

    private static string? Label(HwmonChip hwmon, string kind, int channel) => hwmon.Text(File(kind, channel, "_label"));

    private static string File(string kind, int channel, string end) => string.Create(CultureInfo.InvariantCulture, $"{kind}{channel}{end}");
}
