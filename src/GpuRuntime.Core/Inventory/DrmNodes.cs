using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Edits;

namespace GpuRuntime.Core.Inventory;

/// <summary>The card and render nodes of one device. Its own <c>drm/</c> directory is the only pairing that never lies: numbers follow no rule.</summary>
/// <param name="Nodes">Those that <c>/dev/dri</c> has, cards first.</param>
/// <param name="Missing">Names of those that the kernel has registered and <c>/dev/dri</c> has not.</param>
public sealed record DrmNodes(ImmutableArray<DeviceNode> Nodes, ImmutableArray<string> Missing)
{
    private const string Card = "card";
    private const string Render = "renderD";
    private const string RenderKind = "render";

    public static DrmNodes None { get; } = new([], []);

    public bool IsEmpty => Nodes.IsEmpty && Missing.IsEmpty;

    /// <summary>The minor of the render node; <see langword="null"/> for a device without one.</summary>
    public int? RenderMinor { get; private init; }

    /// <param name="device">The device's directory in <see cref="HostTree.Sys"/>.</param>
    public static DrmNodes Of(IHostRoot host, string device)
    {
        var nodes = ImmutableArray.CreateBuilder<DeviceNode>();
        var missing = ImmutableArray.CreateBuilder<string>();
        var names = Names(host, device);
        foreach (var name in names)
        {
            if (host.Node($"dri/{name}") is { } node)
                nodes.Add(DeviceNode.Of($"/dev/dri/{name}", host.Locate(HostTree.Dev, $"dri/{name}"), node));
            else
                missing.Add(name);
        }

        return new DrmNodes(nodes.ToImmutable(), missing.ToImmutable()) { RenderMinor = RenderMinorOf(names) };
    }

    /// <summary>The names of a device's card and render nodes, without a look at <c>/dev</c>; connectors and the like are none.</summary>
    /// <param name="device">The device's directory in <see cref="HostTree.Sys"/>.</param>
    public static ImmutableArray<string> Names(IHostRoot host, string device) =>
        [.. host.List(HostTree.Sys, $"{device}/drm").Where(name => Number(name, Card) is not null || Number(name, Render) is not null)];

    /// <summary>The minor of the render node among a device's nodes; <see langword="null"/> when there is none.</summary>
    public static int? RenderMinorOf(ImmutableArray<string> names) =>
        names.FirstOrDefault(name => Number(name, Render) is not null) is { } render ? Number(render, Render) : null;

    /// <summary>The by-path links that udev makes for these nodes. Partitions beside the first have no PCI path of their own.</summary>
    public static IEnumerable<ContainerSymlink> ByPathLinks(Gpu gpu) =>
        gpu.Partition > 0 ? [] : gpu.DrmNodes.Select(node =>
        {
            var name = node.Path[(node.Path.LastIndexOf('/') + 1)..];
            var kind = Number(name, Render) is null ? Card : RenderKind;
            return new ContainerSymlink($"/dev/dri/by-path/pci-{gpu.PciAddress}-{kind}", $"../{name}");
        });

    /// <summary>Whether udev gives a name like this to a by-path link, of whatever bus: <c>pci-0000:03:00.0-render</c>.</summary>
    public static bool IsByPathName(string name) =>
        name.EndsWith($"-{Card}", StringComparison.Ordinal) || name.EndsWith($"-{RenderKind}", StringComparison.Ordinal);

    private static int? Number(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal) && int.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
