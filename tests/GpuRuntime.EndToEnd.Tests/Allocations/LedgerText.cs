using System.Text.RegularExpressions;

namespace GpuRuntime.EndToEnd.Tests.Allocations;

/// <summary>What gpu-runtime allocations printed, with words in the place of what is another at each run.</summary>
internal static partial class LedgerText
{
    public const string Since = "YYYY-MM-DDTHH:MM:SSZ";

    /// <summary>Times become <see cref="Since"/>, which is as long; numbers of processes become 0.</summary>
    public static string Of(CommandResult result) => Numbers().Replace(Times().Replace(result.EnsureSuccess().Output, Since), "$1: 0");

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", RegexOptions.CultureInvariant)]
    private static partial Regex Times();

    [GeneratedRegex("(\"pid\"|\"startTime\"): [0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex Numbers();
}
