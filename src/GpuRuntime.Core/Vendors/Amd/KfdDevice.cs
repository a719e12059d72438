using System.Globalization;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.Amd;

/// <summary><c>/dev/kfd</c>, the one node that every compute process opens, whichever GPUs it may use.</summary>
public static class KfdDevice
{
    private const string Name = "kfd";
    private const uint DefaultMode = 0b110_110_000;

    /// <summary>The node, or what it would be: its number is assigned when the module loads, and sysfs tells it.</summary>
    /// <returns><see langword="null"/> when the kernel has no KFD.</returns>
    public static DeviceNode? Node(IHostRoot host)
    {
        if (host.Node(Name) is { } node)
            return DeviceNode.Of("/dev/kfd", host.Locate(HostTree.Dev, Name), node);
        if (host.ReadText(HostTree.Sys, "class/kfd/kfd/dev")?.Split(':') is not [var first, var second]
            || !uint.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            || !uint.TryParse(second, NumberStyles.None, CultureInfo.InvariantCulture, out var minor))
            return null;
        return new DeviceNode("/dev/kfd", host.Locate(HostTree.Dev, Name), major, minor, DefaultMode, 0, 0) { MissingOnHost = true };
    }
}
