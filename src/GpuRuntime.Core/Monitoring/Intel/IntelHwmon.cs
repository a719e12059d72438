using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Core.Monitoring.Sysfs;

namespace GpuRuntime.Core.Monitoring.Intel;

/// <summary>
/// What i915 and xe register with hwmon, of discrete cards alone. xe numbers its channels by what they are of: 1 the card, 2 the package, and of
/// temperatures 3 and more the memory. Sources: Documentation/ABI/testing/sysfs-driver-intel-{i915,xe}-hwmon.
/// </summary>
internal static class IntelHwmon
{
    private const int MostTemperatures = 32;
    private const int MostFans = 8;
    private const int FirstMemoryChannel = 6;

    public static HwmonChip? Find(ISensorFiles files, string? driver) => driver is null ? null : HwmonChip.Find(files, driver);

    /// <summary>Energy since the driver was loaded: of the card, or else of the package on it.</summary>
    /// <param name="file">Which counter it is.</param>
    public static double? Energy(HwmonChip hwmon, out string file) => hwmon.Joules(file = "energy1_input") ?? hwmon.Joules(file = "energy2_input");

    /// <summary>In watts: that of sustained power where there is one, of the card or else of the package on it.</summary>
    public static double? PowerLimit(HwmonChip hwmon)
    {
        foreach (var file in (ReadOnlySpan<string>)["power1_max", "power1_cap", "power2_max", "power2_cap"])
        {
            // 0 is no limit.
            if (hwmon.Watts(file) is { } watts and > 0)
                return watts;
        }

        return null;
    }

    public static ImmutableArray<Temperature> Temperatures(HwmonChip hwmon, string? driver)
    {
        var temperatures = ImmutableArray.CreateBuilder<Temperature>();
        for (var channel = 1; channel <= MostTemperatures; channel++)
        {
            if (hwmon.Temperature(channel, Sensor(hwmon.Text(File("temp", channel, "_label")), channel, driver)) is { } temperature)
                temperatures.Add(temperature);
        }

        return temperatures.DrainToImmutable();
    }

    public static ImmutableArray<Fan> Fans(HwmonChip hwmon)
    {
        var fans = ImmutableArray.CreateBuilder<Fan>();
        for (var channel = 1; channel <= MostFans; channel++)
        {
            // A fan that is driven and has no counter is none that these drivers know.
            if (hwmon.Fan(channel) is { Rpm: not null } fan)
                fans.Add(fan);
        }

        return fans.DrainToImmutable();
    }

    public static ImmutableArray<Voltage> Voltages(HwmonChip hwmon)
    {
        var voltages = ImmutableArray.CreateBuilder<Voltage>();
        for (var channel = 0; channel <= 1; channel++)
        {
            if (hwmon.Volts(File("in", channel, "_input")) is { } volts)
                voltages.Add(new Voltage(Word(hwmon.Text(File("in", channel, "_label"))) ?? "graphics", volts));
        }

        return voltages.DrainToImmutable();
    }

    // i915 has one sensor, and no label for it.
    private static string Sensor(string? label, int channel, string? driver) => Word(label) ?? (driver, channel) switch
    {
        ("xe", 3) => "vram",
        ("xe", 4) => "mctrl",
        ("xe", 5) => "pcie",
        ("xe", >= FirstMemoryChannel) => string.Create(CultureInfo.InvariantCulture, $"vram_ch_{channel - FirstMemoryChannel}"),
        ("xe", 2) or ("i915", 1) => "package",
        _ => string.Create(CultureInfo.InvariantCulture, $"temp{channel}"),
    };

    private static string? Word(string? label) => label == "pkg" ? "package" : label;

    private static string File(string kind, int channel, string end) => string.Create(CultureInfo.InvariantCulture, $"{kind}{channel}{end}");
}
