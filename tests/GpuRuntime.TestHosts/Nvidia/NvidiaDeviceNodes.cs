using System.Collections.Immutable;

namespace GpuRuntime.TestHosts;

internal static class NvidiaDeviceNodes
{
    public static void Make(string dev, ImmutableArray<SimulatedGpu> gpus, SimulatedNvidiaHostOptions options)
    {
        Directory.CreateDirectory(dev);
        foreach (var gpu in gpus)
            Node($"nvidia{gpu.Minor}", DriverNumbers.Gpu, gpu.Minor);
        Node("nvidiactl", DriverNumbers.Gpu, DriverNumbers.ControlMinor);
        Node("nvidia-modeset", DriverNumbers.Gpu, DriverNumbers.ModesetMinor);
        if (options.LoadedUvm)
        {
            Node("nvidia-uvm", DriverNumbers.Uvm, 0);
            Node("nvidia-uvm-tools", DriverNumbers.Uvm, 1);
        }
        Node("nvidia-caps/nvidia-cap1", DriverNumbers.Caps, 1, FileModes.AllRead);
        Node("nvidia-caps/nvidia-cap2", DriverNumbers.Caps, 2, FileModes.AllRead);

        Dri(NvidiaSysfs.ControllerAddress, GpuNumbering.ControllerCard, GpuNumbering.ControllerRender);
        foreach (var gpu in gpus)
            Dri(gpu.PciAddress, gpu.CardNumber, gpu.RenderNumber);

        void Dri(string address, int card, int render)
        {
            Node($"dri/card{card}", DriverNumbers.Drm, card, FileModes.GroupReadWrite, DriverNumbers.VideoGroup);
            Node($"dri/renderD{render}", DriverNumbers.Drm, render, FileModes.GroupReadWrite, DriverNumbers.RenderGroup);
            Link($"dri/by-path/pci-{address}-card", $"../card{card}");
            Link($"dri/by-path/pci-{address}-render", $"../renderD{render}");
        }

        void Node(string path, int major, int minor, uint mode = FileModes.AllReadWrite, int gid = 0)
        {
            if (!options.MissingNodes.Contains(path))
                DeviceNodes.Character(Path.Combine(dev, path), (uint)major, (uint)minor, mode, (uint)gid);
        }

        void Link(string path, string target)
        {
            if (!options.MissingNodes.Contains(path))
                FileTree.Link(Path.Combine(dev, path), target);
        }
    }
}
