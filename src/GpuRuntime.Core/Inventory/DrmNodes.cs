using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Edits;

namespace GpuRuntime.Core.Inventory;

/// <summary>The card and render nodes of one device. Its own <c>drm/</c> directory is the only pairing that never lies: numbers follow no rule.</summary>
/// <param name="Nodes">Those that <c>/dev/dri</c> has, cards first.</param>
/// <param name="Missing">Names of those that the kernel has registered and <c>/dev/dri</c> has not.</param>
public sealed record DrmNodes(ImmutableArray<DeviceNode> Nodes, ImmutableArray<string> Missing)
{
    private const string Render = "renderD";

    public static DrmNodes None { get; } = new([], []);

    public bool IsEmpty => Nodes.IsEmpty && Missing.IsEmpty;

    /// <param name="device">The device's directory in <see cref="HostTree.Sys"/>.</param>
    public static DrmNodes Of(IHostRoot host, string device)
    {
        var nodes = ImmutableArray.CreateBuilder<DeviceNode>();
        var missing = ImmutableArray.CreateBuilder<string>();
        int? render = null;
        foreach (var name in host.List(HostTree.Sys, $"{device}/drm"))
        {
            if (Number(name, "card") is null && Number(name, Render) is null)
                continue;
            render = Number(name, Render) ?? render;
            if (host.Node($"dri/{name}") is { } node)
                nodes.Add(DeviceNode.Of($"/dev/dri/{name}", host.Locate(HostTree.Dev, $"dri/{name}"), node));
            else
                missing.Add(name);
        }

        return new DrmNodes(nodes.ToImmutable(), missing.ToImmutable()) { RenderMinor = render };
    }

    /// <summary>The minor of the render node; <see langword="null"/> for a device without one.</summary>
    public int? RenderMinor { get; private init; }

    /// <summary>The minor of the render node without a look at <c>/dev</c>; <see langword="null"/> for a device without one.</summary>
    /// <param name="isThere">Whether the device has any DRM node.</param>
    public static int? RenderMinorOf(IHostRoot host, string device, out bool isThere)
    {
        isThere = false;
        int? render = null;
        foreach (var name in host.List(HostTree.Sys, $"{device}/drm"))
        {
            render = Number(name, Render) ?? render;
            isThere |= render is not null || Number(name, "card") is not null;
        }

        return render;
    }

    /// <summary>The by-path links that udev makes for these nodes. Partitions beside the first have no PCI path of their own.</summary>
    public static IEnumerable<ContainerSymlink> ByPathLinks(Gpu gpu) =>
        gpu.Partition > 0 ? [] : gpu.DrmNodes.Select(node =>
        {
            var name = node.Path[(node.Path.LastIndexOf('/') + 1)..];
            var kind = Number(name, Render) is null ? "card" : "render";
            return new ContainerSymlink($"/dev/dri/by-path/pci-{gpu.PciAddress}-{kind}", $"../{name}");
        });

    private static int? Number(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal) && int.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
