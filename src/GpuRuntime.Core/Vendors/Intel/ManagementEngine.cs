using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.Intel;

/// <summary>The management engine interface of a discrete card (<c>DEVICE/xe.mei-gscfi.2304/mei/mei0</c>), which firmware and telemetry tools open.</summary>
internal static class ManagementEngine
{
    public static ImmutableArray<DeviceNode> Nodes(IHostRoot host, string device)
    {
        var nodes = ImmutableArray.CreateBuilder<DeviceNode>();
        foreach (var child in host.List(HostTree.Sys, device).Where(name => name.Contains(".mei-", StringComparison.Ordinal)))
        {
            foreach (var name in host.List(HostTree.Sys, $"{device}/{child}/mei").Where(IsInterface))
            {
                if (host.Node(name) is { } node)
                    nodes.Add(DeviceNode.Of($"/dev/{name}", host.Locate(HostTree.Dev, name), node));
            }
        }

        return nodes.ToImmutable();
    }

    private static bool IsInterface(string name) => name.StartsWith("mei", StringComparison.Ordinal) && name.Length > 3 && name.AsSpan(3).IndexOfAnyExceptInRange('0', '9') < 0;
}
