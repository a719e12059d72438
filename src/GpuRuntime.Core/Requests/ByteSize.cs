using System.Globalization;

namespace GpuRuntime.Core.Requests;

/// <summary>An amount of memory as people write it, or why it is none.</summary>
/// <param name="Bytes">From 1 to 2^62; <see langword="null"/> when the text is no amount.</param>
/// <param name="Problem">Why not, as the end of a sentence about the text; <see langword="null"/> when it is one.</param>
public readonly record struct ByteSize(long? Bytes, string? Problem)
{
    private const long Most = 1L << 62;
    private const int MostDigits = 28;

    /// <summary>
    /// Parses <c>2GB</c> (2e9), <c>2GiB</c>, <c>2g</c> and <c>2G</c> (2^31, as Docker's <c>-m</c> has it), <c>512m</c>, <c>1.5g</c>,
    /// <c>1073741824</c>; letter case is free. A fraction must come out as whole bytes.
    /// </summary>
    public static ByteSize Parse(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        if (text.IsEmpty)
            return Not("is empty");
        if (text[0] == '-')
            return Not("is negative");
        var digits = text.IndexOfAnyExcept("0123456789.");
        var number = digits < 0 ? text : text[..digits];
        var unit = digits < 0 ? "" : text[digits..].Trim();
        if (number.IsEmpty || number.Count('.') > 1 || number is "." || !char.IsAsciiDigit(number[0]))
            return Not("does not begin with a number");
        if (Factor(unit) is not { } factor)
            return Not($"has the unknown unit {Errors.PrintableText.Quote(unit.ToString())}");
        if (number.Length > MostDigits || !decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) || value > Most / factor)
            return Not("is more than any memory has");
        var bytes = value * factor;
        if (bytes != decimal.Truncate(bytes))
            return Not("is not a whole number of bytes");
        return bytes >= 1 ? new ByteSize((long)bytes, null) : Not("is nothing");
    }

    private static ByteSize Not(string problem) => new(null, problem);

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
