using System.Collections.Immutable;

namespace GpuRuntime.TestHosts;

internal static class NvidiaDeviceNodes
{
    public static void Make(DeviceDirectory dev, ImmutableArray<SimulatedGpu> gpus, SimulatedNvidiaHostOptions options)
    {
        foreach (var gpu in gpus)
            dev.Node($"nvidia{gpu.Minor}", DriverNumbers.Gpu, gpu.Minor);
        dev.Node("nvidiactl", DriverNumbers.Gpu, DriverNumbers.ControlMinor);
        dev.Node("nvidia-modeset", DriverNumbers.Gpu, DriverNumbers.ModesetMinor);
        if (options.LoadedUvm)
        {
            dev.Node("nvidia-uvm", DriverNumbers.Uvm, 0);
            dev.Node("nvidia-uvm-tools", DriverNumbers.Uvm, 1);
        }
        dev.Node("nvidia-caps/nvidia-cap1", DriverNumbers.Caps, 1, FileModes.AllRead);
        dev.Node("nvidia-caps/nvidia-cap2", DriverNumbers.Caps, 2, FileModes.AllRead);
        foreach (var gpu in gpus)
            dev.Drm(gpu.PciAddress, new DrmMinors(gpu.CardNumber, gpu.RenderNumber));
        FurtherDeviceNodes.Make(dev, options);
    }
}
