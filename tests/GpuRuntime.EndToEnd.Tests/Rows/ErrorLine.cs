using System.Text.RegularExpressions;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>The one sentence in which gpu-runtime says why it did not start a container.</summary>
internal static partial class ErrorLine
{
    /// <summary>Finds the sentence in an engine's output, and asserts that it is there once.</summary>
    public static string In(string output)
    {
        var matches = Pattern().Matches(output);
        Assert.That(matches.Select(static match => match.Value).Distinct().Count(), Is.EqualTo(1), $"wanted one line gpu-runtime: GRTnnnn: ... in:\n{output}");
        return matches[0].Value;
    }

    [GeneratedRegex(@"gpu-runtime: GRT\d{4}: [^\n]+", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
