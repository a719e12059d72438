using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Monitoring.Exposition;

/// <summary>Every metric of our own, in base units. docs/monitoring.md has the same table for people.</summary>
public static class Metrics
{
    /// <summary>All of them, and those that are known by other names too.</summary>
    public static ImmutableArray<MetricFamily> With(MetricNames names) => names == MetricNames.Dcgm ? [.. All, .. DcgmMetrics.All] : All;

    public static ImmutableArray<MetricFamily> All { get; } =
    [
        Host("build_info", "The agent that serves these metrics", (page, add) => add(1, [("version", page.Subject.Version)])),
        Host("sample_timestamp_seconds", "When the values were read, in seconds since 1970", (page, add) => add(page.Sample.Time.ToUnixTimeMilliseconds() / 1000.0, [])),
        Host("sample_duration_seconds", "How long reading them took", (page, add) => add(page.Sample.Duration.TotalSeconds, [])),

        Each("device_info", "A GPU, or a partition of one, and what does not change about it", gpu => gpu.Gpu, static (page, labels, gpu) => page.Add(
            labels, 1, ("uuid", gpu.Uuid ?? ""), ("pci", gpu.PciAddress.ToString()), ("name", gpu.Name ?? ""), ("driver_version", gpu.DriverVersion ?? ""),
            ("partition", gpu.Partition?.ToString(CultureInfo.InvariantCulture)))),
        Gauge("up", "1 when the GPU could be read, 0 when it could not, or only in part", gpu => gpu.Problem is null ? 1 : 0),
        Counter("scrape_errors", "Passes in which the GPU, or a part of its values, could not be read", gpu => gpu.FailedReadings),
        Gauge("healthy", "1 while containers can use the GPU, 0 while something is wrong with it", gpu => gpu.Health.IsHealthy ? 1 : 0),
        List("unhealthy_reason", "What is wrong with a GPU that is not healthy", gpu => gpu.Health.Reasons, static (page, labels, reason) => page.Add(labels, 1, ("reason", reason.Code))),

        Gauge("utilization_ratio", "The part of the last sampling period in which the GPU worked", gpu => gpu.UtilizationRatio),
        Gauge("memory_activity_ratio", "The part of the last sampling period in which the GPU's memory was read or written", gpu => gpu.MemoryActivityRatio),
        List("engine_utilization_ratio", "The part of the last sampling period in which one kind of engine worked", gpu => gpu.Engines, static (page, labels, engine) => page.Add(labels, engine.BusyRatio, ("engine", engine.Engine))),
        Gauge("memory_total_bytes", "The GPU's own memory", gpu => gpu.MemoryTotalBytes),
        Gauge("memory_used_bytes", "What of the GPU's own memory is in use", gpu => gpu.MemoryUsedBytes),
        Gauge("memory_reserved_bytes", "What of the GPU's own memory the driver and the firmware keep", gpu => gpu.MemoryReservedBytes),
        List("memory_pool_total_bytes", "Memory that the GPU uses and that is not its own, or is a part of it", gpu => gpu.MemoryPools, static (page, labels, pool) => page.Add(labels, pool.TotalBytes, ("pool", pool.Pool))),
        List("memory_pool_used_bytes", "What of a pool is in use", gpu => gpu.MemoryPools, static (page, labels, pool) => page.Add(labels, pool.UsedBytes, ("pool", pool.Pool))),

        Gauge("power_watts", "Power draw", gpu => gpu.PowerWatts),
        Gauge("power_limit_watts", "The limit on the power draw that is in force", gpu => gpu.PowerLimitWatts),
        Counter("energy_joules", "Energy used", gpu => gpu.EnergyJoules),
        List("temperature_celsius", "Temperature by sensor", gpu => gpu.Temperatures, static (page, labels, sensor) => page.Add(labels, sensor.Celsius, ("sensor", sensor.Sensor))),
        List("temperature_critical_celsius", "From here on the hardware protects itself", gpu => gpu.Temperatures, static (page, labels, sensor) => page.Add(labels, sensor.CriticalCelsius, ("sensor", sensor.Sensor))),
        List("clock_hertz", "Clock by domain", gpu => gpu.Clocks, static (page, labels, clock) => page.Add(labels, clock.Hertz, ("clock", clock.Domain))),
        List("clock_max_hertz", "The highest clock by domain", gpu => gpu.Clocks, static (page, labels, clock) => page.Add(labels, clock.MaxHertz, ("clock", clock.Domain))),
        List("fan_rpm", "Revolutions of a fan in a minute", gpu => gpu.Fans, static (page, labels, fan) => page.Add(labels, fan.Rpm, ("fan", Text(fan.Index)))),
        List("fan_ratio", "Speed of a fan against its highest", gpu => gpu.Fans, static (page, labels, fan) => page.Add(labels, fan.Ratio, ("fan", Text(fan.Index)))),
        List("voltage_volts", "Voltage by rail", gpu => gpu.Voltages, static (page, labels, rail) => page.Add(labels, rail.Volts, ("rail", rail.Rail))),

        Gauge("pcie_transfers_per_second", "Speed of the link to the host, in transfers a second on each lane", gpu => gpu.Pcie?.TransfersPerSecond),
        Gauge("pcie_max_transfers_per_second", "The highest speed of the link", gpu => gpu.Pcie?.MaxTransfersPerSecond),
        Gauge("pcie_lanes", "Lanes of the link to the host", gpu => gpu.Pcie?.Lanes),
        Gauge("pcie_max_lanes", "The most lanes of the link", gpu => gpu.Pcie?.MaxLanes),
        Gauge("pcie_receive_bytes_per_second", "Throughput into the GPU", gpu => gpu.Pcie?.ReceivedBytesPerSecond),
        Gauge("pcie_transmit_bytes_per_second", "Throughput out of the GPU", gpu => gpu.Pcie?.TransmittedBytesPerSecond),
        Counter("pcie_replays", "Packets that had to be sent again", gpu => gpu.Pcie?.Replays),

        Errors("hardware_errors_total", "Errors that the hardware counted since the driver was loaded", isLifetime: false),
        Errors("hardware_errors_lifetime_total", "Errors that the hardware counted over the GPU's life", isLifetime: true),
        List("xid_errors_total", "NVIDIA's XID errors since the agent looks", gpu => gpu.Xids?.Counts.OrderBy(count => count.Key), static (page, labels, count) => page.Add(labels, count.Value, ("xid", Text(count.Key))), MetricType.Counter),
        Gauge("last_xid", "The last XID error that was seen", gpu => gpu.Xids?.Last),
        Counter("resets", "How often the GPU was reset, or lost and found, since the agent looks", gpu => gpu.Resets),
        Each("remapped_rows", "Memory rows that were replaced by spare ones", gpu => gpu.Repairs, static (page, labels, repairs) =>
        {
            page.Add(labels, repairs.CorrectableRemappedRows, ("kind", "corrected"));
            page.Add(labels, repairs.UncorrectableRemappedRows, ("kind", "uncorrected"));
        }),
        Gauge("row_remap_pending", "1 while a row waits for a reset to be replaced", gpu => Flag(gpu.Repairs?.IsRemappingPending)),
        Gauge("row_remap_failed", "1 when a row could not be replaced", gpu => Flag(gpu.Repairs?.HasRemappingFailed)),
        Each("retired_pages", "Memory pages that were taken out of use", gpu => gpu.Repairs, static (page, labels, repairs) =>
        {
            page.Add(labels, repairs.PagesRetiredForCorrected, ("kind", "corrected"));
            page.Add(labels, repairs.PagesRetiredForUncorrected, ("kind", "uncorrected"));
        }),
        List("throttled", "1 while the GPU is slowed for this reason", gpu => gpu.Throttling, static (page, labels, reason) => page.Add(labels, Flag(reason.IsActive), ("reason", reason.Reason))),
        List("throttled_seconds_total", "How long the GPU was slowed for this reason", gpu => gpu.Throttling, static (page, labels, reason) => page.Add(labels, reason.Seconds, ("reason", reason.Reason)), MetricType.Counter),

        List("mig_device_info", "A MIG device and what does not change about it", gpu => gpu.MigDevices, static (page, labels, mig) => page.Add(labels, 1, ("mig", Text(mig.Device.Index)), ("uuid", mig.Device.Uuid ?? ""), ("profile", mig.Device.Profile ?? ""))),
        List("mig_memory_total_bytes", "A MIG device's memory", gpu => gpu.MigDevices, static (page, labels, mig) => page.Add(labels, mig.MemoryTotalBytes, ("mig", Text(mig.Device.Index)))),
        List("mig_memory_used_bytes", "What of a MIG device's memory is in use", gpu => gpu.MigDevices, static (page, labels, mig) => page.Add(labels, mig.MemoryUsedBytes, ("mig", Text(mig.Device.Index)))),
        List("mig_utilization_ratio", "The part of the last sampling period in which a MIG device worked", gpu => gpu.MigDevices, static (page, labels, mig) => page.Add(labels, mig.UtilizationRatio, ("mig", Text(mig.Device.Index)))),
        new("gpu_runtime_processes", MetricType.Gauge, "Processes that use the GPU", Processes),

        Container("granted", "1 for a GPU that was given to the container", unit => unit.IsGranted ? 1 : null),
        Container("memory_used_bytes", "GPU memory that the container's processes hold", unit => unit.MemoryUsedBytes),
        Container("memory_limit_bytes", "The limit on the container's GPU memory, with the tier that holds it", unit => unit.MemoryLimit?.EnforcedBytes, unit => unit.MemoryLimit?.Tier.Word()),
        Container("compute_limit_ratio", "The container's share of the GPU's compute units, with the tier that holds it", unit => unit.ComputeLimit is { } limit ? (limit.EnforcedPercent ?? limit.Percent) / 100.0 : null, unit => unit.ComputeLimit?.Tier.Word()),
        Container("utilization_ratio", "The part of the last sampling period in which the container kept the GPU busy", unit => unit.UtilizationRatio),
        Container("busy_seconds_total", "How long the container has kept the GPU busy", unit => unit.BusySeconds, type: MetricType.Counter),
        Container("processes", "The container's processes that use the GPU", unit => unit.ProcessCount),
    ];

    private static MetricFamily Gauge(string name, string help, Func<GpuSample, double?> value) => Of(name, MetricType.Gauge, help, page =>
    {
        foreach (var (gpu, labels) in page.Gpus)
            page.Add(labels, value(gpu));
    });

    private static MetricFamily Counter(string name, string help, Func<GpuSample, double?> value) => Gauge($"{name}_total", help, value) with { Type = MetricType.Counter };

    private static MetricFamily List<T>(string name, string help, Func<GpuSample, IEnumerable<T>?> items, Action<MetricPage, MetricLabels, T> add, MetricType type = MetricType.Gauge) => Of(name, type, help, page =>
    {
        foreach (var (gpu, labels) in page.Gpus)
        {
            foreach (var item in items(gpu) ?? [])
                add(page, labels, item);
        }
    });

    private static MetricFamily Each<T>(string name, string help, Func<GpuSample, T?> item, Action<MetricPage, MetricLabels, T> add)
        where T : class =>
        List(name, help, gpu => item(gpu) is { } known ? [known] : (IEnumerable<T>)[], add);

    private static MetricFamily Errors(string name, string help, bool isLifetime) =>
        List(name, help, gpu => gpu.Errors.Where(error => error.IsLifetime == isLifetime), static (page, labels, error) => page.Add(labels, error.Count, ("location", error.Location), ("kind", Word(error.Kind))), MetricType.Counter);

    private static MetricFamily Container(string name, string help, Func<UnitUse, double?> value, Func<UnitUse, string?>? tier = null, MetricType type = MetricType.Gauge) => Of($"container_{name}", type, help, page =>
    {
        foreach (var (unit, labels) in page.Units)
        {
            if (tier is null)
                page.Add(labels, value(unit));
            else
                page.Add(labels, value(unit), ("tier", tier(unit)));
        }
    });

    private delegate void AddHostSeries(double value, ReadOnlySpan<(string Name, string? Value)> labels);

    private static MetricFamily Host(string name, string help, Action<MetricPage, AddHostSeries> series) =>
        Of(name, MetricType.Gauge, help, page => series(page, (value, labels) => page.Add(MetricLabels.None, value, labels)));

    private static MetricFamily Of(string name, MetricType type, string help, Action<MetricPage> series) => new($"gpu_runtime_{name}", type, help, series);

    // Of a GPU that could not be read nobody knows how many use it, nor where not every process could be.
    private static void Processes(MetricPage page)
    {
        foreach (var (gpu, labels) in page.Gpus)
        {
            if (gpu is { Problem: null, HasUnknownProcesses: false })
                page.Add(labels, page.Sample.Processes.Where(process => IsOf(process.Use.UnitId, gpu.Gpu.Id)).DistinctBy(process => process.Process).Count());
        }
    }

    private static bool IsOf(string unit, string gpu) => unit.StartsWith(gpu, StringComparison.Ordinal) && (unit.Length == gpu.Length || unit[gpu.Length] == ':');

    private static double? Flag(bool? value) => value is { } known ? known ? 1 : 0 : null;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    internal static string Word(ErrorKind kind) => kind switch
    {
        ErrorKind.Corrected => "corrected",
        ErrorKind.Uncorrected => "uncorrected",
        _ => "deferred",
    };
}
