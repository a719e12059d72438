using System.Text.RegularExpressions;

namespace GpuRuntime.Security.Tests.Containers;

/// <summary>The one sentence in which the hook, or the runtime, says why a container does not start.</summary>
internal static partial class HookSentence
{
    /// <summary>Of a hook that was run by itself: its whole standard error, and status 1.</summary>
    public static string Of(CommandResult result)
    {
        Assert.That(result.ExitCode, Is.EqualTo(1), result.ToString());
        Assert.That(result.Error, Does.Match(@"\Agpu-runtime(-hook)?: GRT\d{4}: [^\n]+\n\z"), result.CommandLine);
        Assert.That(result.Output, Is.Empty);
        return result.Error;
    }

    /// <summary>In what runc printed, which quotes it.</summary>
    public static string In(CommandResult result)
    {
        var matches = Pattern().Matches(result.Error);
        Assert.That(matches.Select(static match => match.Value).Distinct().Count(), Is.EqualTo(1), $"wanted one sentence gpu-runtime: GRTnnnn: ... in:\n{result}");
        Assert.That(matches[0].Value, Does.Not.Contain("Exception").And.Not.Contain("GRT1000"), "not one of a user's errors");
        return matches[0].Value;
    }

    [GeneratedRegex(@"gpu-runtime(-hook)?: GRT\d{4}: ([^\n\\]|\\[^n])+", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
