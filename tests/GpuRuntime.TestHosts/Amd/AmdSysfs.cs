using System.Collections.Immutable;

namespace GpuRuntime.TestHosts;

/// <summary>The PCI functions, and the platform devices of partitions.</summary>
internal static class AmdSysfs
{
    public static void Write(string sys, PciTree pci, ImmutableArray<SimulatedAmdPartition> partitions)
    {
        foreach (var partition in partitions)
        {
            if (partition.Slot is { } slot)
                AddSlot(sys, slot, partition);
            else
                AddGpu(sys, pci, partition.Gpu);
        }
    }

    private static void AddGpu(string sys, PciTree pci, SimulatedAmdGpu gpu)
    {
        var function = new PciFunction
        {
            Address = gpu.PciAddress,
            Vendor = "0x1002",
            Device = gpu.DeviceId,
            Class = gpu.Class,
            SubsystemVendor = "0x1002",
            SubsystemDevice = "0x0c34",
            Driver = gpu.Driver,
            NumaNode = gpu.NumaNode,
        };
        var device = pci.Add(function, new DrmMinors(gpu.CardNumber, gpu.RenderNumber));
        if (!gpu.IsAmdgpu)
            return;
        Attribute("unique_id", gpu.UniqueId == 0 ? "" : $"{gpu.UniqueId:x16}\n");
        Attribute("mem_info_vram_total", $"{gpu.VramBytes}\n");
        Attribute("mem_info_vram_used", $"{gpu.VramBytes / 64}\n");
        if (gpu.ProductName is { } name)
            Attribute("product_name", name + "\n");
        File.WriteAllBytes(Path.Combine(device, "gpu_metrics"), GpuMetrics(gpu.Integrated));
        // A table of format 1 would make a discrete GPU of it.
        var sensors = gpu is { Integrated: true, Sensors: { GpuMetrics: null } own } ? own with { GpuMetrics = GpuMetrics(integrated: true) } : gpu.Sensors;
        sensors?.Write(sys, gpu.PciAddress);
        if (!gpu.CanBePartitioned)
            return;
        Attribute("current_compute_partition", ComputePartition(gpu.Partitions) + "\n");
        Attribute("available_compute_partition", "SPX, DPX, QPX, CPX\n");
        Attribute("current_memory_partition", gpu.MemoryPartition + "\n");
        Attribute("available_memory_partition", "NPS1, NPS4\n");

        void Attribute(string file, string content) => FileTree.Write(Path.Combine(device, file), content);
    }

    // No driver is bound to these, so that their device/driver link, which tells a GPU's vendor elsewhere, is missing.
    private static void AddSlot(string sys, int slot, SimulatedAmdPartition partition)
    {
        var name = $"amdgpu_xcp_{slot}";
        var relative = $"devices/platform/{name}";
        FileTree.Write(Path.Combine(sys, relative, "uevent"), $"MODALIAS=platform:{name}\n");
        FileTree.Link(Path.Combine(sys, relative, "subsystem"), "../../../bus/platform");
        FileTree.Link(Path.Combine(sys, "bus/platform/devices", name), $"../../../{relative}");
        new DrmClass(sys).Add(relative, new DrmMinors(partition.CardNumber, partition.RenderNumber));
    }

    // Seven of eight were seen in CPX: any number that has no mode of its own is an incomplete CPX.
    private static string ComputePartition(int partitions) => partitions switch { 1 => "SPX", 2 => "DPX", 3 => "TPX", 4 => "QPX", _ => "CPX" };

    // struct metrics_table_header of drivers/gpu/drm/amd/include/kgd_pp_interface.h; absent values are all ones.
    private static byte[] GpuMetrics(bool integrated)
    {
        const int size = 120;
        var table = new byte[size];
        Array.Fill(table, byte.MaxValue);
        byte[] header = integrated ? [size, 0, 2, 1] : [size, 0, 1, 3];
        header.CopyTo(table, 0);
        return table;
    }
}
