using System.Collections.Immutable;
using GpuRuntime.Core.Edits;

namespace GpuRuntime.Core.Tests.Vendors.Nvidia;

/// <summary>The files of a plan, sorted by what they are, as names that a table can hold.</summary>
internal sealed record PlannedFiles
{
    private const string Library32 = "/i386-linux-gnu/";

    /// <summary>64-bit libraries by the name before <c>.so</c>.</summary>
    public required ImmutableArray<string> Libraries { get; init; }

    public required ImmutableArray<string> Libraries32 { get; init; }

    public required ImmutableArray<string> Programs { get; init; }

    /// <summary>Firmware, sockets, directories and data, by their path in the container.</summary>
    public required ImmutableArray<string> Others { get; init; }

    public static PlannedFiles Of(ContainerEdits edits)
    {
        var paths = edits.Mounts.Select(mount => mount.ContainerPath).ToList();
        var libraries = paths.Where(path => path.Contains(".so", StringComparison.Ordinal)).ToList();
        var programs = paths.Where(path => path.StartsWith("/usr/bin/", StringComparison.Ordinal)).ToList();
        return new PlannedFiles
        {
            Libraries = [.. libraries.Where(path => !path.Contains(Library32, StringComparison.Ordinal)).Select(BaseName).Order(StringComparer.Ordinal)],
            Libraries32 = [.. libraries.Where(path => path.Contains(Library32, StringComparison.Ordinal)).Select(BaseName).Order(StringComparer.Ordinal)],
            Programs = [.. programs.Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)],
            Others = [.. paths.Except(libraries).Except(programs).Order(StringComparer.Ordinal)],
        };
    }

    private static string BaseName(string path) => Path.GetFileName(path) is var name ? name[..name.IndexOf(".so", StringComparison.Ordinal)] : "";
}
