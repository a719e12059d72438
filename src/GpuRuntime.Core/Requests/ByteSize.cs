using System.Globalization;

namespace GpuRuntime.Core.Requests;

/// <summary>Amounts of memory as people write them.</summary>
public static class ByteSize
{
    /// <summary>
    /// Parses <c>2GB</c> (2e9), <c>2GiB</c> and <c>2g</c> (2^31), <c>512m</c>, <c>1073741824</c>, <c>1.5GiB</c>; letter case is free
    /// except that it never tells bits from bytes. <see langword="null"/> when it is not an amount, or not from 1 to 2^62 bytes.
    /// </summary>
    public static long? Parse(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        var digits = text.IndexOfAnyExcept("0123456789.");
        var number = digits < 0 ? text : text[..digits];
        var unit = digits < 0 ? "" : text[digits..].Trim();
        if (number.Length is 0 or > 20
            || !decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            || Factor(unit) is not { } factor)
            return null;
        if (value > (1L << 62) / factor)
            return null;
        var bytes = decimal.Truncate(value * factor);
        return bytes >= 1 ? (long)bytes : null;
    }

    private static decimal? Factor(ReadOnlySpan<char> unit)
    {
        Span<char> lower = stackalloc char[4];
        if (unit.Length > 3)
            return null;
        lower = lower[..unit.ToLowerInvariant(lower)];
        return lower switch
        {
            "" or "b" => 1,
            "k" or "kib" or "ki" => 1L << 10,
            "m" or "mib" or "mi" => 1L << 20,
            "g" or "gib" or "gi" => 1L << 30,
            "t" or "tib" or "ti" => 1L << 40,
            "kb" => 1_000,
            "mb" => 1_000_000,
            "gb" => 1_000_000_000,
            "tb" => 1_000_000_000_000,
            _ => null,
        };
    }
}
