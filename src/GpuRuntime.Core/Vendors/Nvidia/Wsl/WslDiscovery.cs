using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.Nvidia.Wsl;

/// <summary>On WSL2 all of NVIDIA's GPUs are one: whoever may open the node has every one of them, so that there is only <c>nvidia:0</c> to ask for.</summary>
internal static class WslDiscovery
{
    public static ImmutableArray<Gpu> Discover(IHostRoot host)
    {
        if (!WslDriver.IsPresent(host) || PciFunction.BoundTo(host, WslDriver.Name) is not [var function, ..] || host.Node(WslDriver.Node) is not { } node)
            return [];
        return
        [
            new Gpu
            {
                Vendor = GpuVendor.Nvidia,
                Index = 0,
                PciAddress = function.Address,
                Driver = WslDriver.Name,
                NumaNode = function.NumaNode,
                IsEveryGpu = true,
                DeviceNodes = [DeviceNode.Of($"/dev/{WslDriver.Node}", host.Locate(HostTree.Dev, WslDriver.Node), node)],
            },
        ];
    }
}
