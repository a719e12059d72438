using System.Collections.Immutable;

namespace GpuRuntime.TestHosts;

/// <summary>/sys/class/kfd: the compute driver's device and its view of the host.</summary>
internal static class KfdTopology
{
    private const string Kfd = "devices/virtual/kfd/kfd";
    private const int SimdsOfAGpu = 416;

    /// <param name="sys">The root of sysfs.</param>
    /// <param name="partitions">Those without a KFD node are left out.</param>
    /// <param name="options">The driver's options.</param>
    public static void Write(string sys, ImmutableArray<SimulatedAmdPartition> partitions, KfdOptions options)
    {
        var kfd = Path.Combine(sys, Kfd);
        FileTree.Write(Path.Combine(kfd, "dev"), $"{options.Major}:0\n");
        FileTree.Write(Path.Combine(kfd, "uevent"), $"MAJOR={options.Major}\nMINOR=0\nDEVNAME=kfd\n");
        FileTree.Link(Path.Combine(sys, "class/kfd/kfd"), $"../../{Kfd}");

        var topology = Path.Combine(kfd, "topology");
        FileTree.Write(Path.Combine(topology, "generation_id"), "2\n");
        FileTree.Write(Path.Combine(topology, "system_properties"), "platform_oem 0\nplatform_id 0\nplatform_rev 1\n");
        for (var node = 0; node < AmdPartitioning.CpuNodes(partitions.Select(partition => partition.Gpu)); node++)
            WriteNode(topology, node, 0, "", CpuProperties(options), (HeapType: 0, 256UL << 30));
        ImmutableArray<SimulatedAmdPartition> known = [.. partitions.Where(partition => partition.KfdNode is not null).OrderBy(partition => partition.KfdNode)];
        foreach (var partition in known)
        {
            var node = partition.KfdNode!.Value;
            var share = partition.Gpu.VramBytes / (ulong)partition.Gpu.Partitions;
            WriteNode(topology, node, GpuId(node), "ip discovery", GpuProperties(partition, options), (HeapType: 1, share));
            if (partition.Gpu.Hive != 0)
                KfdLinks.Write(Path.Combine(topology, $"nodes/{node}"), partition, known);
        }
    }

    private static void WriteNode(
        string topology, int node, int gpuId, string name, IEnumerable<(string Name, object Value)> properties, (int HeapType, ulong Bytes) memory)
    {
        var directory = Path.Combine(topology, $"nodes/{node}");
        FileTree.Write(Path.Combine(directory, "gpu_id"), $"{gpuId}\n");
        FileTree.Write(Path.Combine(directory, "name"), name + "\n");
        FileTree.Write(Path.Combine(directory, "properties"), Lines(properties));
        FileTree.Write(
            Path.Combine(directory, "mem_banks/0/properties"),
            Lines([("heap_type", memory.HeapType), ("size_in_bytes", memory.Bytes), ("flags", 0), ("width", 4096), ("mem_clk_max", 1600)]));
    }

    private static IEnumerable<(string Name, object Value)> CpuProperties(KfdOptions options) =>
    [
        ("cpu_cores_count", 96), ("simd_count", 0), ("mem_banks_count", 1), ("caches_count", 0), ("io_links_count", 0), ("p2p_links_count", 0),
        ("simd_arrays_per_engine", 0), ("cu_per_simd_array", 0), ("simd_per_cu", 0), ("gfx_target_version", 0), ("vendor_id", 0), ("device_id", 0),
        ("location_id", 0), .. Domain(options, 0), ("drm_render_minor", 0), ("hive_id", 0), ("max_engine_clk_ccompute", 2450),
    ];

    private static IEnumerable<(string Name, object Value)> GpuProperties(SimulatedAmdPartition partition, KfdOptions options)
    {
        var gpu = partition.Gpu;
        var (domain, location) = PciLocation.Parse(gpu.PciAddress);
        return
        [
            ("cpu_cores_count", 0), ("simd_count", SimdsOfAGpu / gpu.Partitions), ("mem_banks_count", 1), ("caches_count", 0), ("io_links_count", 0),
            ("p2p_links_count", 0), ("cpu_core_id_base", 0), ("max_waves_per_simd", 8), ("lds_size_in_kb", 64), ("wave_front_size", 64),
            ("array_count", 8), ("simd_arrays_per_engine", 1), ("cu_per_simd_array", 14), ("simd_per_cu", 4),
            ("gfx_target_version", gpu.GfxTargetVersion), ("vendor_id", 0x1002), ("device_id", Convert.ToInt32(gpu.DeviceId, 16)),
            // kfd_topology.c adds the node's index in its device when there is more than one.
            ("location_id", gpu.Partitions > 1 ? location | partition.Index : location), .. Domain(options, domain),
            ("drm_render_minor", partition.RenderNumber), ("hive_id", gpu.Hive), ("max_engine_clk_fcompute", 1700), ("local_mem_size", 0), ("fw_version", 92),
            ("sdma_fw_version", 9), ("unique_id", partition.UniqueId), ("num_xcc", 1), ("max_engine_clk_ccompute", 2450),
        ];
    }

    private static IEnumerable<(string Name, object Value)> Domain(KfdOptions options, int domain) => options.OmitsDomain ? [] : [("domain", domain)];

    public static string Lines(IEnumerable<(string Name, object Value)> properties) =>
        string.Concat(properties.Select(property => $"{property.Name} {property.Value}\n"));

    // A hash in the kernel. An odd factor keeps the nodes' numbers apart.
    private static int GpuId(int node) => node * 0x9E37 & 0xffff;
}
