using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Top.Output;

/// <summary>A row for each GPU.</summary>
internal static class GpuCsv
{
    public const string Header =
        "time,gpu,vendor,uuid,pci_address,name,utilization_ratio,memory_activity_ratio,memory_used_bytes,memory_total_bytes,power_watts,power_limit_watts,energy_joules,"
        + "temperature_sensor,temperature_celsius,clock_domain,clock_hertz,healthy,problem";

    public static string Row(DateTimeOffset time, GpuSample sample)
    {
        var (gpu, temperature, clock) = (sample.Gpu, sample.MainTemperature(), sample.MainClock());
        return new CsvLine()
            .Add(time).Add(gpu.Id).Add(gpu.Vendor.Word()).Add(gpu.Uuid).Add(gpu.PciAddress.ToString()).Add(gpu.Name)
            .Add(sample.UtilizationRatio).Add(sample.MemoryActivityRatio).Add(sample.MemoryUsedBytes).Add(sample.MemoryTotalBytes)
            .Add(sample.PowerWatts).Add(sample.PowerLimitWatts).Add(sample.EnergyJoules)
            .Add(temperature?.Sensor).Add(temperature?.Celsius).Add(clock?.Domain).Add(clock?.Hertz)
            .Add(sample.Health.IsHealthy ? 1L : 0L).Add(sample.Problem)
            .ToString();
    }
}
