using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Monitoring.Intel;

/// <summary>A part of an Intel GPU with clocks of its own: on most one for graphics and compute, and one for media.</summary>
/// <param name="Number">Over all tiles.</param>
/// <param name="Directory">In <see cref="HostTree.Sys"/>.</param>
public sealed record IntelGt(int Number, string Directory)
{
    /// <summary>Those of a device on xe, in order of their numbers: <c>tile0/gt0</c>, <c>tile0/gt1</c>, <c>tile1/gt2</c>.</summary>
    /// <param name="device">The device's directory in <see cref="HostTree.Sys"/>.</param>
    public static ImmutableArray<IntelGt> OfXe(IHostRoot host, string device) =>
        Sorted(Numbered(host, device, "tile").SelectMany(tile => Numbered(host, tile.Directory, "gt")));

    /// <summary>Those of a device on i915: <c>drm/card1/gt/gt0</c>.</summary>
    /// <inheritdoc cref="OfXe"/>
    public static ImmutableArray<IntelGt> OfI915(IHostRoot host, string device) =>
        Card(host, device) is { } card ? Sorted(Numbered(host, $"{card}/gt", "gt")) : [];

    /// <summary>The directory of a device's card in <see cref="HostTree.Sys"/>; <see langword="null"/> when it has none.</summary>
    /// <inheritdoc cref="OfXe"/>
    public static string? Card(IHostRoot host, string device) =>
        DrmNodes.Names(host, device).FirstOrDefault(name => name.StartsWith("card", StringComparison.Ordinal)) is { } card ? $"{device}/drm/{card}" : null;

    private static ImmutableArray<IntelGt> Sorted(IEnumerable<IntelGt> gts) => [.. gts.OrderBy(gt => gt.Number)];

    private static IEnumerable<IntelGt> Numbered(IHostRoot host, string directory, string prefix)
    {
        foreach (var name in host.List(HostTree.Sys, directory))
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal) && int.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                yield return new IntelGt(number, $"{directory}/{name}");
        }
    }
}
