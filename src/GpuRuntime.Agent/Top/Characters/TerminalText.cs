using System.Globalization;
using System.Text;
using Spectre.Console.Rendering;

namespace GpuRuntime.Agent.Top.Characters;

/// <summary>
/// Text from outside (names of processes, containers and GPUs), for a terminal: nothing in it moves the cursor, changes the direction of writing,
/// or takes no room. What would is shown as <c>?</c>.
/// </summary>
internal static class TerminalText
{
    /// <summary>What stands for a value that is not known.</summary>
    public const string Unknown = "–";

    private const char Cut = '…';

    // No name that is shown is longer; the rest would only be measured.
    private const int Longest = 256;

    public static string Of(string text)
    {
        if (text.Length <= Longest && Ascii.IsValid(text) && !text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            return text;
        var shown = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (shown.Length >= Longest)
                break;
            shown.Append(IsShown(rune) ? rune.ToString() : "?");
        }

        return shown.ToString();
    }

    /// <summary>How many columns it takes.</summary>
    public static int Width(string text) => Ascii.IsValid(text) ? text.Length : new Segment(text).CellCount();

    /// <summary>As much of a clean text as fits, with a mark where something was cut off.</summary>
    public static string Fit(string text, int width)
    {
        if (Width(text) <= width)
            return text;
        if (width <= 0)
            return "";
        var fitting = new StringBuilder();
        var taken = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var next = rune.ToString();
            taken += Width(next);
            if (taken > width - 1)
                break;
            fitting.Append(next);
        }

        return fitting.Append(Cut).ToString();
    }

    // Rune.ReplacementChar, which halves of characters become, is a symbol like others.
    private static bool IsShown(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark);
}
