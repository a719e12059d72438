using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Core.Monitoring.Sysfs;

namespace GpuRuntime.Core.Monitoring.Amd;

/// <summary>
/// An AMD GPU as its files tell of it. Of what several tell, hwmon and the driver's own files go first, as AMD's tools have it; the firmware's table
/// fills what they leave open.
/// </summary>
public static class AmdReading
{
    private const string HwmonName = "amdgpu";

    /// <param name="files">The files of its PCI function.</param>
    /// <param name="metrics">The firmware's table, as read in this pass.</param>
    /// <param name="last">The same of the pass before.</param>
    public static GpuSample Of(ISensorFiles files, Gpu gpu, AmdSeldom seldom, GpuMetrics? metrics, GpuMetrics? last) => gpu.Partition switch
    {
        null => Whole(files, gpu, seldom, metrics, last),
        // What belongs to the board is told once, at the partition that is the PCI function.
        0 => OfPartition(Board(files, gpu, seldom, metrics, last), PartitionActivity(files, metrics, 0, out var clocks), clocks),
        { } number => OfPartition(new GpuSample(gpu) { MemoryTotalBytes = gpu.MemoryBytes }, PartitionActivity(files, metrics, number, out var clocks), clocks),
    };

    private static GpuSample Whole(ISensorFiles files, Gpu gpu, AmdSeldom seldom, GpuMetrics? metrics, GpuMetrics? last)
    {
        var vram = files.Amount("mem_info_vram_total") is { } total and > 0 ? total : (long?)null;
        return Board(files, gpu, seldom, metrics, last) with
        {
            UtilizationRatio = files.Percent("gpu_busy_percent") ?? metrics?.GraphicsActivity,
            MemoryActivityRatio = files.Percent("mem_busy_percent") ?? metrics?.MemoryActivity,
            Engines = Told.Of(Engine("video", files.Percent("vcn_busy_percent") ?? metrics?.VideoActivity), Engine("jpeg", metrics?.JpegActivity)),
            MemoryTotalBytes = vram ?? gpu.MemoryBytes,
            MemoryUsedBytes = vram is null ? null : files.Amount("mem_info_vram_used"),
            MemoryPools = Told.Of(Pool(files, "visible_vram", "mem_info_vis_vram"), Pool(files, "gtt", "mem_info_gtt")),
        };
    }

    // Partitions share their board's memory files, which do not tell whose it is.
    private static GpuSample OfPartition(GpuSample sample, PartitionActivity? activity, ImmutableArray<Clock> clocks) => sample with
    {
        UtilizationRatio = activity?.Graphics,
        Engines = Told.Of(Engine("video", activity?.Video), Engine("jpeg", activity?.Jpeg)),
        MemoryTotalBytes = sample.Gpu.MemoryBytes,
        Clocks = clocks.IsEmpty ? sample.Clocks : clocks,
    };

    private static PartitionActivity? PartitionActivity(ISensorFiles files, GpuMetrics? metrics, int number, out ImmutableArray<Clock> clocks)
    {
        var own = PartitionMetrics.Read(files, number);
        clocks = own?.Clocks ?? [];
        return own?.Activity ?? (metrics is not null && number < metrics.Partitions.Length ? metrics.Partitions[number] : null);
    }

    private static GpuSample Board(ISensorFiles files, Gpu gpu, AmdSeldom seldom, GpuMetrics? metrics, GpuMetrics? last)
    {
        var hwmon = HwmonChip.Find(files, gpu.Driver ?? HwmonName);
        var temperatures = Told.Joined(hwmon is null ? [] : AmdHwmon.Temperatures(hwmon), metrics?.Temperatures ?? [], temperature => temperature.Sensor);
        return new GpuSample(gpu)
        {
            PowerWatts = hwmon?.Watts("power1_average") ?? hwmon?.Watts("power1_input") ?? metrics?.PowerWatts,
            PowerLimitWatts = hwmon?.Watts("power1_cap") is { } cap and > 0 ? cap : null,
            EnergyJoules = metrics?.EnergyJoules,
            Temperatures = temperatures,
            Clocks = Clocks(files, hwmon, seldom, metrics),
            Fans = hwmon is null ? [] : Told.Of(hwmon.Fan(1)),
            Voltages = Told.Joined(hwmon is null ? [] : AmdHwmon.Voltages(hwmon), metrics?.Voltages ?? [], voltage => voltage.Rail),
            Pcie = Link(files, metrics),
            Errors = seldom.Errors,
            Repairs = seldom.Repairs,
            Throttling = Throttling(metrics, last, temperatures.FirstOrDefault(temperature => temperature.Sensor == "junction")),
        };
    }

    private static ImmutableArray<Clock> Clocks(ISensorFiles files, HwmonChip? hwmon, AmdSeldom seldom, GpuMetrics? metrics)
    {
        var measured = Told.Joined(hwmon is null ? [] : AmdHwmon.Clocks(hwmon), metrics?.Clocks ?? [], clock => clock.Domain);
        var clocks = ImmutableArray.CreateBuilder<Clock>();
        foreach (var (domain, file) in DpmTable.Files)
        {
            var hertz = measured.FirstOrDefault(clock => clock.Domain == domain)?.Hertz ?? DpmTable.Parse(files.ReadText(file)).Hertz;
            if (hertz is { } known)
                clocks.Add(new Clock(domain, known, seldom.HighestClocks.TryGetValue(domain, out var most) ? most : null));
        }

        return clocks.DrainToImmutable();
    }

    // The function's own link often ends at a bridge on the board, which is wider and faster than the slot that the firmware tells of.
    private static PcieLink? Link(ISensorFiles files, GpuMetrics? metrics)
    {
        var own = PcieLinkFiles.Read(files);
        var slot = metrics?.Pcie;
        var set = (slot?.TransfersPerSecond ?? own?.TransfersPerSecond) is null || (slot?.Lanes ?? own?.Lanes) is null ? DpmTable.ParseLink(files.ReadText("pp_dpm_pcie")) : null;
        var link = (own ?? new PcieLink()) with
        {
            TransfersPerSecond = slot?.TransfersPerSecond ?? own?.TransfersPerSecond ?? set?.TransfersPerSecond,
            Lanes = slot?.Lanes ?? own?.Lanes ?? set?.Lanes,
            Replays = files.Amount("pcie_replay_count") ?? slot?.Replays,
        };
        return link == new PcieLink() ? null : link;
    }

    private static ImmutableArray<ThrottleReason> Throttling(GpuMetrics? metrics, GpuMetrics? last, Temperature? junction) => metrics switch
    {
        { Throttling: { } bits } => ThrottleBits.Of(bits, junction),
        not null when last is not null => ThrottleBits.Between(last, metrics),
        _ => [],
    };

    private static EngineActivity? Engine(string engine, double? ratio) => ratio is { } busy ? new EngineActivity(engine, busy) : null;

    private static MemoryPool? Pool(ISensorFiles files, string pool, string file)
    {
        var (total, used) = (files.Amount($"{file}_total"), files.Amount($"{file}_used"));
        return total is null && used is null ? null : new MemoryPool(pool, total, used);
    }
}
