using System.Collections.Immutable;

namespace GpuRuntime.Commands.Allocations;

/// <summary>Container ids for people. Engines make 64 hexadecimal digits, of which they show 12; names that people chose are shown whole.</summary>
internal static class ContainerName
{
    private const int Generated = 64;
    private const int Shown = 12;
    private const string Digits = "0123456789abcdef";

    /// <param name="all">The ids among which it must be told apart.</param>
    public static string Short(string id, ImmutableArray<string> all)
    {
        if (id.Length != Generated || id.AsSpan().ContainsAnyExcept(Digits))
            return id;
        var beginning = id[..Shown];
        return all.Any(other => other != id && other.StartsWith(beginning, StringComparison.Ordinal)) ? id : beginning;
    }
}
