using System.Globalization;

namespace GpuRuntime.TestHosts;

/// <summary>What a simulated AMD GPU measures, as the files of amdgpu tell it. One call writes them all, another one changes them.</summary>
public sealed record AmdSensorFiles
{
    /// <summary>Percent.</summary>
    public int Busy { get; init; } = 37;

    public int MemoryBusy { get; init; } = 12;

    /// <summary>Bytes; of which the total stands on the GPU.</summary>
    public long VramUsed { get; init; } = 3L << 30;

    public double Watts { get; init; } = 143.5;

    public double LimitWatts { get; init; } = 300;

    /// <summary>Degrees of edge, junction and memory.</summary>
    public (double Edge, double Junction, double Memory) Celsius { get; init; } = (51, 63.5, 58);

    public int GraphicsMegahertz { get; init; } = 1700;

    public int MemoryMegahertz { get; init; } = 1600;

    /// <summary><see langword="null"/> for a GPU that is cooled by the machine's fans.</summary>
    public int? FanRpm { get; init; } = 1280;

    /// <summary>Since the driver was loaded, of the memory controller.</summary>
    public (long Uncorrected, long Corrected, long Deferred) MemoryErrors { get; init; }

    public int BadPages { get; init; }

    public int PcieReplays { get; init; }

    /// <summary>The whole file; by default 1.3 with what the others say.</summary>
    public byte[]? GpuMetrics { get; init; }

    /// <summary>By the partition's number.</summary>
    public IReadOnlyDictionary<int, byte[]> PartitionMetrics { get; init; } = new Dictionary<int, byte[]>();

    /// <summary>Further files by their path in the PCI function's directory, or other contents for those above; <see langword="null"/> leaves one out.</summary>
    public IReadOnlyDictionary<string, string?> Further { get; init; } = new Dictionary<string, string?>();

    /// <param name="sys">The root of sysfs that holds the GPU.</param>
    /// <param name="pciAddress">As sysfs writes it.</param>
    public void Write(string sys, string pciAddress)
    {
        var device = Path.Combine(sys, "bus/pci/devices", pciAddress);
        foreach (var (name, content) in Texts().Where(file => !Further.ContainsKey(file.Name)))
            FileTree.Write(Path.Combine(device, name), content + "\n");
        foreach (var (name, content) in Further)
        {
            if (content is null)
                File.Delete(Path.Combine(device, name));
            else
                FileTree.Write(Path.Combine(device, name), content);
        }
        if (!Further.ContainsKey("gpu_metrics"))
            File.WriteAllBytes(Path.Combine(device, "gpu_metrics"), GpuMetrics ?? DefaultMetrics());
        foreach (var (partition, table) in PartitionMetrics)
        {
            FileTree.Write(Path.Combine(device, $"xcp/{partition}/xcp_metrics"), "");
            File.WriteAllBytes(Path.Combine(device, $"xcp/{partition}/xcp_metrics"), table);
        }
    }

    private IEnumerable<(string Name, string Content)> Texts()
    {
        const string hwmon = "hwmon/hwmon3";
        List<(string, string)> files =
        [
            ("gpu_busy_percent", $"{Busy}"), ("mem_busy_percent", $"{MemoryBusy}"), ("vcn_busy_percent", "4"), ("mem_info_vram_used", $"{VramUsed}"),
            ("mem_info_vis_vram_total", $"{256 << 20}"), ("mem_info_vis_vram_used", $"{16 << 20}"), ("mem_info_gtt_total", $"{8L << 30}"), ("mem_info_gtt_used", $"{32 << 20}"),
            ("current_link_speed", "16.0 GT/s PCIe"), ("current_link_width", "16"), ("max_link_speed", "16.0 GT/s PCIe"), ("max_link_width", "16"), ("pcie_replay_count", $"{PcieReplays}"),
            ("pp_dpm_sclk", $"0: 500Mhz \n1: {GraphicsMegahertz}Mhz *\n2: 2100Mhz "), ("pp_dpm_mclk", $"0: 400Mhz \n1: {MemoryMegahertz}Mhz *"),
            ("pp_dpm_socclk", "0: 600Mhz \n1: 1200Mhz *"), ("pp_dpm_fclk", "0: 1300Mhz *\n1: 1900Mhz "), ("power/runtime_status", "active"),
            ($"{hwmon}/name", "amdgpu"), ($"{hwmon}/power1_average", Scaled(Watts, 1e6)), ($"{hwmon}/power1_cap", Scaled(LimitWatts, 1e6)), ($"{hwmon}/in0_label", "vddgfx"), ($"{hwmon}/in0_input", "850"),
            ($"{hwmon}/freq1_label", "sclk"), ($"{hwmon}/freq1_input", Scaled(GraphicsMegahertz, 1e6)), ($"{hwmon}/freq2_label", "mclk"), ($"{hwmon}/freq2_input", Scaled(MemoryMegahertz, 1e6)),
            ("ras/umc_err_count", $"ue: {MemoryErrors.Uncorrected}\nce: {MemoryErrors.Corrected}\nde: {MemoryErrors.Deferred}"), ("ras/sdma_err_count", "ue: 0\nce: 0"),
            ("ras/gpu_vram_bad_pages", string.Join('\n', Enumerable.Range(0x40, BadPages).Select(page => $"0x{page:x8} : 0x00001000 : R"))),
        ];
        string[] labels = ["edge", "junction", "mem"];
        double[] celsius = [Celsius.Edge, Celsius.Junction, Celsius.Memory];
        double[] critical = [100, 110, 100];
        for (var i = 0; i < labels.Length; i++)
            files.AddRange([($"{hwmon}/temp{i + 1}_label", labels[i]), ($"{hwmon}/temp{i + 1}_input", Scaled(celsius[i], 1e3)), ($"{hwmon}/temp{i + 1}_crit", Scaled(critical[i], 1e3))]);
        if (FanRpm is { } rpm)
            files.AddRange([($"{hwmon}/fan1_input", $"{rpm}"), ($"{hwmon}/fan1_max", "3200"), ($"{hwmon}/pwm1", "88")]);
        return files;
    }

    private byte[] DefaultMetrics() => new GpuMetricsTable(1, 3)
        .Set("temperature_edge", (ulong)Celsius.Edge).Set("temperature_hotspot", (ulong)Celsius.Junction).Set("temperature_mem", (ulong)Celsius.Memory)
        .Set("average_gfx_activity", (ulong)Busy).Set("average_umc_activity", (ulong)MemoryBusy).Set("average_socket_power", (ulong)Watts)
        .Set("current_gfxclk", (ulong)GraphicsMegahertz).Set("current_uclk", (ulong)MemoryMegahertz).Set("current_socclk", 1200)
        .Set("temperature_hbm", 55, 56, 57, 58).Set("energy_accumulator", 65536 * 250UL)
        .Set("pcie_link_width", 16).Set("pcie_link_speed", 160).Set("indep_throttle_status", 0)
        .ToBytes();

    private static string Scaled(double value, double unit) => Math.Round(value * unit).ToString("0", CultureInfo.InvariantCulture);
}
