using System.Text;

namespace GpuRuntime.Core.Errors;

/// <summary>Makes text from outside safe to print: no terminal escapes, no forged lines, no endless values.</summary>
public static class PrintableText
{
    private const int LongestQuote = 120;

    /// <summary>The text with control characters replaced by <c>?</c>.</summary>
    public static string Of(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\u001f') && !text.AsSpan().ContainsAnyInRange('\u007f', '\u009f'))
            return text;
        var printable = new StringBuilder(text.Length);
        foreach (var character in text)
            printable.Append(char.IsControl(character) ? '?' : character);
        return printable.ToString();
    }

    /// <summary>The text in double quotes, printable and cut to 120 characters.</summary>
    public static string Quote(string text) =>
        text.Length <= LongestQuote ? $"\"{Of(text)}\"" : $"\"{Of(text[..LongestQuote])}...\" ({text.Length} characters)";
}
