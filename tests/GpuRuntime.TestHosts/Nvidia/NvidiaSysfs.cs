using System.Collections.Immutable;

namespace GpuRuntime.TestHosts;

/// <summary>The part of /sys that discovery reads, with the kernel's own link structure.</summary>
internal static class NvidiaSysfs
{
    public static void Write(string sys, PciTree pci, string version, ImmutableArray<SimulatedGpu> gpus)
    {
        foreach (var gpu in gpus)
        {
            var function = new PciFunction
            {
                Address = gpu.PciAddress,
                Vendor = "0x10de",
                Device = "0x2330",
                Class = "0x030200",
                SubsystemVendor = "0x10de",
                SubsystemDevice = "0x16c1",
                Revision = "0xa1",
                Driver = "nvidia",
                NumaNode = gpu.NumaNode,
            };
            pci.Add(function, new DrmMinors(gpu.CardNumber, gpu.RenderNumber));
        }
        FileTree.Write(Path.Combine(sys, "module/nvidia/version"), version + "\n");
        FileTree.Write(Path.Combine(sys, "module/nvidia_modeset/version"), version + "\n");
        FileTree.Write(Path.Combine(sys, "module/firmware_class/parameters/path"), "\n");
    }
}
