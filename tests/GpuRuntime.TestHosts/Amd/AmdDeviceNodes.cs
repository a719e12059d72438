using System.Collections.Immutable;

namespace GpuRuntime.TestHosts;

internal static class AmdDeviceNodes
{
    public static void Make(DeviceDirectory dev, ImmutableArray<SimulatedAmdPartition> partitions, KfdOptions? kfd)
    {
        if (kfd is not null)
            dev.Node("kfd", kfd.Major, 0, FileModes.GroupReadWrite, DriverNumbers.RenderGroup);
        foreach (var partition in partitions)
        {
            var drm = new DrmMinors(partition.CardNumber, partition.RenderNumber);
            // udev names PCI functions only.
            if (partition.Slot is null)
                dev.Drm(partition.Gpu.PciAddress, drm);
            else
                dev.Drm(drm);
        }
    }
}
