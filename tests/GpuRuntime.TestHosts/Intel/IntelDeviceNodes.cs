using System.Collections.Immutable;

namespace GpuRuntime.TestHosts;

internal static class IntelDeviceNodes
{
    public static void Make(DeviceDirectory dev, ImmutableArray<SimulatedIntelGpu> gpus)
    {
        foreach (var gpu in gpus)
        {
            if (gpu.Drm is { } drm)
                dev.Drm(gpu.PciAddress, drm);
            if (gpu.Mei is { } mei)
                dev.Node($"mei{mei}", DriverNumbers.Mei, mei, FileModes.OwnerReadWrite);
        }
    }
}
