using System.Text.RegularExpressions;

namespace GpuRuntime.EndToEnd.Tests.Documentation;

/// <summary>Output as a page shows it.</summary>
internal static class ConsoleText
{
    /// <summary>Whether output is what is shown. Where that has <c>...</c>, anything may stand; the width of space between words does not count.</summary>
    public static bool Matches(string shown, string output) =>
        Regex.IsMatch(Spaced(output), $"^{string.Join(".*", Spaced(shown).Split("...").Select(Regex.Escape))}$", RegexOptions.Singleline);

    private static string Spaced(string text) => Regex.Replace(text.Trim(), "[ \t]+", " ", RegexOptions.None, Regex.InfiniteMatchTimeout).Replace(" \n", "\n", StringComparison.Ordinal);
}
