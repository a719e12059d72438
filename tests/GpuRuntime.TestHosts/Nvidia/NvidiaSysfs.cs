using System.Collections.Immutable;

namespace GpuRuntime.TestHosts;

/// <summary>The part of /sys that discovery reads, with the kernel's own link structure.</summary>
internal static class NvidiaSysfs
{
    /// <summary>The ASPEED BMC's VGA function: what card0 is on most servers.</summary>
    public const string ControllerAddress = "0000:03:00.0";

    private static readonly string[] CpuLists = ["0-47,96-143", "48-95,144-191"];

    public static void Write(string sys, string version, ImmutableArray<SimulatedGpu> gpus)
    {
        var pci = new PciTree(sys);
        pci.Add(
            new PciFunction(ControllerAddress, "0x1a03", "0x2000", "0x030000", "0x1a03", "0x2000", "0x41", "ast", 0, CpuLists[0], "2.5 GT/s PCIe", "1"),
            new DrmMinors(GpuNumbering.ControllerCard, GpuNumbering.ControllerRender, Connector: "VGA-1"));
        // A network card: something on the bus that is no GPU.
        pci.Add(
            new PciFunction(
                "0000:05:00.0", "0x15b3", "0x1021", "0x020000", "0x15b3", "0x0023", "0x00", "mlx5_core", 0, CpuLists[0], "32.0 GT/s PCIe", "16"),
            null);
        foreach (var gpu in gpus)
        {
            pci.Add(
                new PciFunction(
                    gpu.PciAddress, "0x10de", "0x2330", "0x030200", "0x10de", "0x16c1", "0xa1", "nvidia",
                    gpu.NumaNode, CpuLists[gpu.NumaNode], "32.0 GT/s PCIe", "16"),
                new DrmMinors(gpu.CardNumber, gpu.RenderNumber, Connector: null));
        }
        FileTree.Write(Path.Combine(sys, "class/drm/version"), "drm 1.1.0 20060810\n");
        FileTree.Write(Path.Combine(sys, "module/nvidia/version"), version + "\n");
        FileTree.Write(Path.Combine(sys, "module/nvidia_modeset/version"), version + "\n");
        FileTree.Write(Path.Combine(sys, "module/firmware_class/parameters/path"), "\n");
    }
}
