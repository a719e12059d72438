using System.Globalization;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Monitoring.Sysfs;

/// <summary>
/// A chip that a device's driver has registered with hwmon. Its channels count from 1, voltages from 0.
/// https://docs.kernel.org/hwmon/sysfs-interface.html
/// </summary>
/// <param name="Directory">Relative to the device: <c>hwmon/hwmon5</c>.</param>
public sealed record HwmonChip(ISensorFiles Files, string Directory)
{
    // pwmN has no maximum of its own by that interface: it goes from 0 to 255.
    private const double MostPwm = 255;
    private const double Milli = 1e3;
    private const double Micro = 1e6;

    /// <param name="name">As the driver calls it: <c>amdgpu</c>, <c>xe</c>, <c>i915_gt0</c>.</param>
    public static HwmonChip? Find(ISensorFiles files, string name)
    {
        foreach (var entry in files.List("hwmon"))
        {
            if (files.ReadText($"hwmon/{entry}/name") == name)
                return new HwmonChip(files, $"hwmon/{entry}");
        }

        return null;
    }

    /// <param name="file">Such as <c>fan1_max</c>.</param>
    public long? Number(string file) => Files.Number($"{Directory}/{file}");

    /// <param name="file">Such as <c>temp2_label</c>.</param>
    public string? Text(string file) => Files.ReadText($"{Directory}/{file}") is { Length: > 0 } text ? text : null;

    /// <param name="file">A file in microwatts, such as <c>power1_average</c>.</param>
    /// <returns>Watts.</returns>
    public double? Watts(string file) => Number(file) is { } microwatts and >= 0 ? microwatts / Micro : null;

    /// <param name="file">A file in microjoules, such as <c>energy1_input</c>.</param>
    /// <returns>Joules.</returns>
    public double? Joules(string file) => Number(file) is { } microjoules and >= 0 ? microjoules / Micro : null;

    /// <param name="file">A file in millivolts, such as <c>in0_input</c>.</param>
    /// <returns>Volts. Drivers print 0 where the hardware does not tell: what runs has a voltage.</returns>
    public double? Volts(string file) => Number(file) is { } millivolts and > 0 ? millivolts / Milli : null;

    /// <param name="file">A file in thousandths of a degree, such as <c>temp1_crit</c>.</param>
    /// <returns>Degrees Celsius.</returns>
    public double? Celsius(string file) => Number(file) is { } millidegrees ? millidegrees / Milli : null;

    /// <param name="sensor">What its channel is called.</param>
    public Temperature? Temperature(int channel, string sensor) =>
        Celsius(Name("temp", channel, "_input")) is { } celsius ? new Temperature(sensor, celsius, Celsius(Name("temp", channel, "_crit"))) : null;

    /// <summary>A fan's speed; of one that has no counter, what it is driven with.</summary>
    public Fan? Fan(int channel)
    {
        var rpm = Number(Name("fan", channel, "_input")) is { } turns and >= 0 ? turns : (long?)null;
        var ratio = rpm is { } speed
            ? Number(Name("fan", channel, "_max")) is { } most and > 0 ? (double)speed / most : null
            : Number(Name("pwm", channel, "")) is { } driven and >= 0 ? driven / MostPwm : (double?)null;
        return rpm is null && ratio is null ? null : new Fan(channel - 1, rpm, ratio is { } part ? Math.Min(part, 1) : null);
    }

    private static string Name(string kind, int channel, string end) => string.Create(CultureInfo.InvariantCulture, $"{kind}{channel}{end}");
}
