using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Monitoring.Sysfs;

namespace GpuRuntime.Core.Monitoring.Intel;

/// <summary>A part of an Intel GPU with clocks of its own: on most one for graphics and compute, on newer ones another for media.</summary>
/// <param name="Number">Over all tiles.</param>
/// <param name="Directory">Relative to the device: <c>tile0/gt1</c> (xe), <c>drm/card1/gt/gt0</c> (i915).</param>
public sealed record IntelGt(int Number, string Directory)
{
    /// <summary>Those of a device on xe, in order of their numbers.</summary>
    public static ImmutableArray<IntelGt> OfXe(ISensorFiles files) => Sorted(Numbered(files, "", "tile").SelectMany(tile => Numbered(files, tile.Directory, "gt")));

    /// <summary>Those of a device on i915, in order of their numbers.</summary>
    public static ImmutableArray<IntelGt> OfI915(ISensorFiles files) => Card(files) is { } card ? Sorted(Numbered(files, $"{card}/gt", "gt")) : [];

    /// <summary>The directory of a device's card, relative to the device; <see langword="null"/> when it has none.</summary>
    public static string? Card(ISensorFiles files)
    {
        foreach (var card in Numbered(files, "drm", "card"))
            return card.Directory;
        return null;
    }

    private static ImmutableArray<IntelGt> Sorted(IEnumerable<IntelGt> gts) => [.. gts.OrderBy(gt => gt.Number)];

    private static IEnumerable<IntelGt> Numbered(ISensorFiles files, string directory, string prefix)
    {
        foreach (var name in files.List(directory))
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal) && int.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                yield return new IntelGt(number, directory.Length == 0 ? name : $"{directory}/{name}");
        }
    }
}
