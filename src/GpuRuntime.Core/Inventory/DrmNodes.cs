using System.Collections.Immutable;
using GpuRuntime.Core.Edits;

namespace GpuRuntime.Core.Inventory;

/// <summary>Card and render nodes. The device's own <c>drm/</c> directory is the only pairing that never lies: numbers follow no rule.</summary>
public static class DrmNodes
{
    public static ImmutableArray<DeviceNode> Of(IHostRoot host, PciAddress address)
    {
        var nodes = ImmutableArray.CreateBuilder<DeviceNode>();
        foreach (var name in host.List(HostTree.Sys, $"bus/pci/devices/{address}/drm"))
        {
            var isCard = IsNumbered(name, "card");
            if ((isCard || IsNumbered(name, "renderD")) && host.Node($"dri/{name}") is { } node)
                nodes.Add(DeviceNode.Of($"/dev/dri/{name}", host.Locate(HostTree.Dev, $"dri/{name}"), node));
        }

        return nodes.ToImmutable();
    }

    /// <summary>The by-path links that udev makes for these nodes.</summary>
    public static IEnumerable<ContainerSymlink> ByPathLinks(Gpu gpu) =>
        gpu.DrmNodes.Select(node =>
        {
            var name = node.Path[(node.Path.LastIndexOf('/') + 1)..];
            var kind = name.StartsWith("card", StringComparison.Ordinal) ? "card" : "render";
            return new ContainerSymlink($"/dev/dri/by-path/pci-{gpu.PciAddress}-{kind}", $"../{name}");
        });

    private static bool IsNumbered(string name, string prefix) =>
        name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.Ordinal) && name.AsSpan(prefix.Length).IndexOfAnyExceptInRange('0', '9') < 0;
}
