using System.Globalization;

namespace GpuRuntime.Agent.Top.Characters;

/// <summary>Numbers for people. What is not known is a dash.</summary>
internal static class Quantity
{
    private static readonly string[] Units = ["B", "K", "M", "G", "T", "P"];

    /// <summary>45%; what is more than nothing is never 0%.</summary>
    public static string Percent(double? ratio) => ratio switch
    {
        null => TerminalText.Unknown,
        > 0 and < 0.01 => "<1%",
        { } value => Text($"{Math.Floor(value * 100 + 1e-9):0}%"),
    };

    /// <summary>Three digits and a unit of 1024: 512M, 3.2G, 64G.</summary>
    public static string Bytes(long? bytes)
    {
        if (bytes is not { } value)
            return TerminalText.Unknown;
        double scaled = value;
        var unit = 0;
        // What rounds to 1000 and more takes the next unit, so that no number has four digits.
        for (; Math.Round(scaled) >= 1000 && unit < Units.Length - 1; unit++)
            scaled /= 1024;
        return unit == 0 || scaled >= 9.95 || scaled == Math.Floor(scaled) ? Text($"{scaled:0}{Units[unit]}") : Text($"{scaled:0.0}{Units[unit]}");
    }

    /// <summary>3.2G/64G.</summary>
    public static string BytesOf(long? used, long? total) => used is null && total is null ? TerminalText.Unknown : $"{Bytes(used)}/{Bytes(total)}";

    /// <summary>120/250W; 120W without a limit.</summary>
    public static string Watts(double? watts, double? limit) => (watts, limit) switch
    {
        (null, null) => TerminalText.Unknown,
        ({ } power, null) => Text($"{power:0}W"),
        (null, { } most) => Text($"{TerminalText.Unknown}/{most:0}W"),
        ({ } power, { } most) => Text($"{power:0}/{most:0}W"),
    };

    public static string Celsius(double? celsius) => celsius is { } value ? Text($"{value:0}°C") : TerminalText.Unknown;

    /// <summary>1500MHz.</summary>
    public static string Hertz(double? hertz) => hertz is { } value ? Text($"{value / 1e6:0}MHz") : TerminalText.Unknown;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
