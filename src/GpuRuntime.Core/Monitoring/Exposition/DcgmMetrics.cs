using System.Collections.Immutable;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Monitoring.Exposition;

/// <summary>
/// The names, units and labels of NVIDIA's dcgm-exporter for the GPUs of every vendor, so that dashboards made for it go on working. The label
/// <c>gpu</c> is a number there: the GPU's place in the inventory.
/// </summary>
public static class DcgmMetrics
{
    private const double Mebi = 1 << 20;
    private const double Mega = 1e6;

    public static ImmutableArray<MetricFamily> All { get; } =
    [
        Gauge("DEV_SM_CLOCK", "Clock of the processors, in MHz", gpu => Clock(gpu, "sm") ?? Clock(gpu, "graphics")),
        Gauge("DEV_MEM_CLOCK", "Clock of the memory, in MHz", gpu => Clock(gpu, "memory")),
        Gauge("DEV_GPU_TEMP", "Temperature of the GPU, in degrees Celsius", gpu => Celsius(gpu, "gpu", "edge", "package", "junction")),
        Gauge("DEV_MEMORY_TEMP", "Temperature of the memory, in degrees Celsius", gpu => Celsius(gpu, "memory", "vram")),
        Gauge("DEV_POWER_USAGE", "Power draw, in W", gpu => gpu.PowerWatts),
        Counter("DEV_TOTAL_ENERGY_CONSUMPTION", "Energy used, in mJ", gpu => gpu.EnergyJoules is { } joules ? Math.Round(joules * 1000) : null),
        Counter("DEV_PCIE_REPLAY_COUNTER", "Packets that had to be sent again", gpu => gpu.Pcie?.Replays),
        Gauge("DEV_GPU_UTIL", "Utilization of the GPU, in percent", gpu => Percent(gpu.UtilizationRatio)),
        Gauge("DEV_MEM_COPY_UTIL", "Utilization of the memory, in percent", gpu => Percent(gpu.MemoryActivityRatio)),
        Gauge("DEV_ENC_UTIL", "Utilization of the encoder, in percent", gpu => Percent(Engine(gpu, "encoder"))),
        Gauge("DEV_DEC_UTIL", "Utilization of the decoder, in percent", gpu => Percent(Engine(gpu, "decoder"))),
        Gauge("DEV_XID_ERRORS", "The last XID error", gpu => gpu.Xids is { } xids ? xids.Last ?? 0 : null),
        Gauge("DEV_FB_FREE", "Memory that is free, in MiB", gpu => MebibytesDown(gpu.MemoryTotalBytes - gpu.MemoryUsedBytes - (gpu.MemoryReservedBytes ?? 0)), mig => MebibytesDown(mig.MemoryTotalBytes - mig.MemoryUsedBytes)),
        Gauge("DEV_FB_USED", "Memory that is in use, in MiB", gpu => MebibytesDown(gpu.MemoryUsedBytes), mig => MebibytesDown(mig.MemoryUsedBytes)),
        Gauge("DEV_FB_RESERVED", "Memory that the driver keeps, in MiB", gpu => MebibytesDown(gpu.MemoryReservedBytes)),
        Counter("DEV_UNCORRECTABLE_REMAPPED_ROWS", "Rows that were replaced for uncorrectable errors", gpu => gpu.Repairs?.UncorrectableRemappedRows),
        Counter("DEV_CORRECTABLE_REMAPPED_ROWS", "Rows that were replaced for correctable errors", gpu => gpu.Repairs?.CorrectableRemappedRows),
        Gauge("DEV_ROW_REMAP_FAILURE", "Whether a row could not be replaced", gpu => gpu.Repairs?.HasRemappingFailed is { } failed ? failed ? 1 : 0 : null),
        Gauge("PROF_GR_ENGINE_ACTIVE", "Part of the time in which the GPU worked", gpu => gpu.UtilizationRatio, mig => mig.UtilizationRatio),
        Gauge("PROF_PCIE_TX_BYTES", "Throughput out of the GPU, in bytes a second", gpu => gpu.Pcie?.TransmittedBytesPerSecond),
        Gauge("PROF_PCIE_RX_BYTES", "Throughput into the GPU, in bytes a second", gpu => gpu.Pcie?.ReceivedBytesPerSecond),
        Counter("DEV_POWER_VIOLATION", "Time slowed for power, in ns", gpu => Nanoseconds(gpu, "power")),
        Counter("DEV_THERMAL_VIOLATION", "Time slowed for heat, in ns", gpu => Nanoseconds(gpu, "thermal")),
        Counter("DEV_SYNC_BOOST_VIOLATION", "Time slowed for other GPUs, in ns", gpu => Nanoseconds(gpu, "sync_boost")),
        Counter("DEV_BOARD_LIMIT_VIOLATION", "Time slowed for the board's limit, in ns", gpu => Nanoseconds(gpu, "board_limit")),
        Counter("DEV_LOW_UTIL_VIOLATION", "Time slowed for want of work, in ns", gpu => Nanoseconds(gpu, "low_utilization")),
        Counter("DEV_RELIABILITY_VIOLATION", "Time slowed for reliability, in ns", gpu => Nanoseconds(gpu, "reliability")),
        Counter("DEV_ECC_SBE_VOL_TOTAL", "Corrected errors since the driver was loaded", gpu => Errors(gpu, ErrorKind.Corrected, isLifetime: false)),
        Counter("DEV_ECC_DBE_VOL_TOTAL", "Uncorrected errors since the driver was loaded", gpu => Errors(gpu, ErrorKind.Uncorrected, isLifetime: false)),
        Counter("DEV_ECC_SBE_AGG_TOTAL", "Corrected errors over the GPU's life", gpu => Errors(gpu, ErrorKind.Corrected, isLifetime: true)),
        Counter("DEV_ECC_DBE_AGG_TOTAL", "Uncorrected errors over the GPU's life", gpu => Errors(gpu, ErrorKind.Uncorrected, isLifetime: true)),
        Counter("DEV_RETIRED_SBE", "Pages retired for corrected errors", gpu => gpu.Repairs?.PagesRetiredForCorrected),
        Counter("DEV_RETIRED_DBE", "Pages retired for uncorrected errors", gpu => gpu.Repairs?.PagesRetiredForUncorrected),
    ];

    private static MetricFamily Gauge(string name, string help, Func<GpuSample, double?> value) => Gauge(name, help, value, static _ => null);

    /// <param name="ofMig">Of MIG devices, of which less is told.</param>
    private static MetricFamily Gauge(string name, string help, Func<GpuSample, double?> value, Func<MigSample, double?> ofMig) => new($"DCGM_FI_{name}", MetricType.Gauge, help, page =>
    {
        foreach (var unit in page.DcgmUnits)
            page.Add(unit.Labels, unit.Mig is { } mig ? ofMig(mig) : value(unit.Gpu));
    });

    private static MetricFamily Counter(string name, string help, Func<GpuSample, double?> value) => Gauge(name, help, value) with { Type = MetricType.Counter };

    private static double? Clock(GpuSample gpu, string domain) => gpu.Clocks.FirstOrDefault(clock => clock.Domain == domain)?.Hertz / Mega;

    private static double? Engine(GpuSample gpu, string name) => gpu.Engines.FirstOrDefault(engine => engine.Engine == name)?.BusyRatio;

    // The first sensor that there is, in the order of preference: AMD's accelerators have none at the edge.
    private static double? Celsius(GpuSample gpu, params string[] sensors) =>
        sensors.Select(sensor => gpu.Temperatures.FirstOrDefault(temperature => temperature.Sensor == sensor)?.Celsius).FirstOrDefault(celsius => celsius is not null);

    private static double? Percent(double? ratio) => ratio is { } known ? Math.Round(known * 100) : null;

    private static double? MebibytesDown(long? bytes) => bytes is { } known and >= 0 ? Math.Floor(known / Mebi) : null;

    private static double? Nanoseconds(GpuSample gpu, string reason) =>
        gpu.Throttling.FirstOrDefault(throttle => throttle.Reason == reason)?.Seconds is { } seconds ? Math.Round(seconds * 1e9) : null;

    // "device" is the sum of the locations where a driver gives both.
    private static double? Errors(GpuSample gpu, ErrorKind kind, bool isLifetime)
    {
        List<ErrorCount> errors = [.. gpu.Errors.Where(error => error.Kind == kind && error.IsLifetime == isLifetime)];
        return errors.Count == 0 ? null : errors.Find(error => error.Location == "device")?.Count ?? errors.Sum(error => error.Count);
    }
}
