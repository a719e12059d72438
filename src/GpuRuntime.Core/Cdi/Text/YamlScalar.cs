using System.Globalization;

namespace GpuRuntime.Core.Cdi.Text;

/// <summary>
/// What a plain YAML scalar is. The engines read specifications by YAML 1.1 (<see href="https://yaml.org/type/"/>) with Go's notation of integers, in
/// which <c>0660</c> is octal and <c>yes</c> is true; so do we.
/// </summary>
internal static class YamlScalar
{
    public static CdiNode Plain(string text, int line)
    {
        if (text is "" or "~" or "null" or "Null" or "NULL")
            return new CdiNode(CdiNodeKind.Null, line) { Text = text };
        if (Boolean(text) is { } boolean)
            return new CdiNode(CdiNodeKind.Boolean, line) { Boolean = boolean, Text = text };
        // Only numbers begin so.
        if (!char.IsAsciiDigit(text[0]) && text[0] is not ('+' or '-' or '.'))
            return new CdiNode(CdiNodeKind.Text, line) { Text = text };
        if (Integer(text) is { } integer)
            return new CdiNode(CdiNodeKind.Integer, line) { Integer = integer, Text = text };
        return new CdiNode(IsNumber(text) ? CdiNodeKind.Number : CdiNodeKind.Text, line) { Text = text };
    }

    /// <summary>Whether every YAML parser reads the text as itself without quotes; some texts that it says no of would be.</summary>
    public static bool IsPlain(string text)
    {
        if (text.Length == 0 || !(char.IsAsciiLetter(text[0]) || text[0] == '/') || text[^1] == ':')
            return false;
        foreach (var character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character) && !"/_-.=+:,@%".Contains(character, StringComparison.Ordinal))
                return false;
        }

        return Plain(text, 0).Kind == CdiNodeKind.Text;
    }

    private static bool? Boolean(string text) => text switch
    {
        "y" or "Y" or "yes" or "Yes" or "YES" or "true" or "True" or "TRUE" or "on" or "On" or "ON" => true,
        "n" or "N" or "no" or "No" or "NO" or "false" or "False" or "FALSE" or "off" or "Off" or "OFF" => false,
        _ => null,
    };

    // Go's strconv.ParseInt with base 0, without the underscores that YAML 1.1 allows between digits.
    private static long? Integer(string text)
    {
        var digits = text.Replace("_", "", StringComparison.Ordinal).AsSpan();
        var negative = digits.StartsWith("-");
        if (negative || digits.StartsWith("+"))
            digits = digits[1..];
        var radix = 10;
        if (digits.Length > 1 && digits[0] == '0')
        {
            radix = (digits[1] | ' ') switch { 'x' => 16, 'b' => 2, _ => 8 };
            digits = digits[(radix == 8 && (digits[1] | ' ') != 'o' ? 1 : 2)..];
        }

        return Magnitude(digits, radix) is { } magnitude && (negative ? magnitude <= 1ul << 63 : magnitude <= long.MaxValue)
            ? negative ? unchecked(-(long)magnitude) : (long)magnitude
            : null;
    }

    private static ulong? Magnitude(ReadOnlySpan<char> digits, int radix)
    {
        var magnitude = 0ul;
        foreach (var digit in digits)
        {
            var value = char.IsAsciiDigit(digit) ? digit - '0' : char.IsAsciiHexDigit(digit) ? (digit | ' ') - 'a' + 10 : radix;
            if (value >= radix || magnitude > (ulong.MaxValue - (ulong)value) / (ulong)radix)
                return null;
            magnitude = (magnitude * (ulong)radix) + (ulong)value;
        }

        return digits.IsEmpty ? null : magnitude;
    }

    private static bool IsNumber(string text)
    {
        var digits = text.TrimStart('+', '-');
        if (digits.ToLowerInvariant() is ".inf" or ".nan")
            return true;
        // Integers that no 64 bits hold are numbers too, and so are 08 and 1e3.
        return text.Length - digits.Length <= 1
            && digits.Replace("_", "", StringComparison.Ordinal) is { Length: > 0 } plain
            && (char.IsAsciiDigit(plain[0]) || (plain.Length > 1 && char.IsAsciiDigit(plain[1])))
            && (IsHexadecimal(plain) || double.TryParse(plain, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out _));
    }

    private static bool IsHexadecimal(string text) =>
        text.Length > 2 && text[0] == '0' && text[1] is 'x' or 'X' && !text.AsSpan(2).ContainsAnyExcept("0123456789abcdefABCDEF");
}
