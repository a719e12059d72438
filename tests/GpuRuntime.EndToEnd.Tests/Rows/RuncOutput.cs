using System.Text.RegularExpressions;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>Makes what two runs of runc printed comparable.</summary>
internal static partial class RuncOutput
{
    /// <summary>Without times, and with one name for the program: runc prints the one that it was started by.</summary>
    public static string Comparable(string text) =>
        Times().Replace(text, "").Replace(Programs.GpuRuntime, "runc", StringComparison.Ordinal).Replace("gpu-runtime", "runc", StringComparison.Ordinal);

    [GeneratedRegex("""time="[^"]*" ?""", RegexOptions.CultureInvariant)]
    private static partial Regex Times();
}
