using System.Globalization;

namespace GpuRuntime.Core.Monitoring.Sysfs;

/// <summary>Numbers as drivers print them, one a file. What is no number is <see langword="null"/>.</summary>
public static class SensorNumber
{
    /// <summary>A decimal number, which may be negative.</summary>
    public static long? Number(this ISensorFiles files, string path) => Parse(files.ReadText(path));

    /// <summary>Bytes, counts: a decimal number that is not negative.</summary>
    public static long? Amount(this ISensorFiles files, string path) => Parse(files.ReadText(path)) is { } number and >= 0 ? number : null;

    /// <summary>A whole number of percent from 0 to 100, as a ratio.</summary>
    public static double? Percent(this ISensorFiles files, string path) => Parse(files.ReadText(path)) is { } percent and >= 0 and <= 100 ? percent / 100.0 : null;

    public static long? Parse(ReadOnlySpan<char> text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
