namespace GpuRuntime.Core.Tests.Monitoring.Dashboards;

/// <summary>The metrics that the agent gives, with their labels.</summary>
internal static class MetricTable
{
    private const string Container = "mig container engine name pod namespace pod_container";

    /// <summary>Labels that Prometheus adds to what it scrapes.</summary>
    public static readonly string[] Target = ["job", "instance"];

    /// <summary>By name; labels without those of <see cref="Target"/>.</summary>
    public static IReadOnlyDictionary<string, string[]> Labels { get; } = new Dictionary<string, string[]>
    {
        // Prometheus's own.
        ["up"] = [],
        ["ALERTS"] = [],
        ["gpu_runtime_device_info"] = Gpu("uuid pci name driver_version partition"),
        ["gpu_runtime_up"] = Gpu(),
        ["gpu_runtime_healthy"] = Gpu(),
        ["gpu_runtime_unhealthy_reason"] = Gpu("reason"),
        ["gpu_runtime_utilization_ratio"] = Gpu(),
        ["gpu_runtime_memory_activity_ratio"] = Gpu(),
        ["gpu_runtime_engine_utilization_ratio"] = Gpu("engine"),
        ["gpu_runtime_memory_total_bytes"] = Gpu(),
        ["gpu_runtime_memory_used_bytes"] = Gpu(),
        ["gpu_runtime_memory_reserved_bytes"] = Gpu(),
        ["gpu_runtime_memory_pool_total_bytes"] = Gpu("pool"),
        ["gpu_runtime_memory_pool_used_bytes"] = Gpu("pool"),
        ["gpu_runtime_power_watts"] = Gpu(),
        ["gpu_runtime_power_limit_watts"] = Gpu(),
        ["gpu_runtime_energy_joules_total"] = Gpu(),
        ["gpu_runtime_temperature_celsius"] = Gpu("sensor"),
        ["gpu_runtime_temperature_critical_celsius"] = Gpu("sensor"),
        ["gpu_runtime_clock_hertz"] = Gpu("clock"),
        ["gpu_runtime_clock_max_hertz"] = Gpu("clock"),
        ["gpu_runtime_fan_rpm"] = Gpu("fan"),
        ["gpu_runtime_fan_ratio"] = Gpu("fan"),
        ["gpu_runtime_voltage_volts"] = Gpu("rail"),
        ["gpu_runtime_pcie_transfers_per_second"] = Gpu(),
        ["gpu_runtime_pcie_max_transfers_per_second"] = Gpu(),
        ["gpu_runtime_pcie_lanes"] = Gpu(),
        ["gpu_runtime_pcie_max_lanes"] = Gpu(),
        ["gpu_runtime_pcie_receive_bytes_per_second"] = Gpu(),
        ["gpu_runtime_pcie_transmit_bytes_per_second"] = Gpu(),
        ["gpu_runtime_pcie_replays_total"] = Gpu(),
        ["gpu_runtime_hardware_errors_total"] = Gpu("location kind"),
        ["gpu_runtime_hardware_errors_lifetime_total"] = Gpu("location kind"),
        ["gpu_runtime_xid_errors_total"] = Gpu("xid"),
        ["gpu_runtime_last_xid"] = Gpu(),
        ["gpu_runtime_resets_total"] = Gpu(),
        ["gpu_runtime_remapped_rows"] = Gpu("kind"),
        ["gpu_runtime_row_remap_pending"] = Gpu(),
        ["gpu_runtime_row_remap_failed"] = Gpu(),
        ["gpu_runtime_retired_pages"] = Gpu("kind"),
        ["gpu_runtime_throttled"] = Gpu("reason"),
        ["gpu_runtime_throttled_seconds_total"] = Gpu("reason"),
        ["gpu_runtime_mig_device_info"] = Gpu("mig uuid profile"),
        ["gpu_runtime_mig_memory_total_bytes"] = Gpu("mig"),
        ["gpu_runtime_mig_memory_used_bytes"] = Gpu("mig"),
        ["gpu_runtime_mig_utilization_ratio"] = Gpu("mig"),
        ["gpu_runtime_processes"] = Gpu(),
        ["gpu_runtime_container_memory_used_bytes"] = Gpu(Container),
        ["gpu_runtime_container_memory_limit_bytes"] = Gpu($"{Container} tier"),
        ["gpu_runtime_container_compute_limit_ratio"] = Gpu($"{Container} tier"),
        ["gpu_runtime_container_utilization_ratio"] = Gpu(Container),
        ["gpu_runtime_container_busy_seconds_total"] = Gpu(Container),
        ["gpu_runtime_container_processes"] = Gpu(Container),
        ["gpu_runtime_container_granted"] = Gpu(Container),
        ["gpu_runtime_build_info"] = ["version"],
        ["gpu_runtime_sample_duration_seconds"] = [],
        ["gpu_runtime_sample_timestamp_seconds"] = [],
        ["gpu_runtime_scrape_errors_total"] = Gpu(),
    };

    private static string[] Gpu(string further = "") => ["vendor", "gpu", .. further.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
}
