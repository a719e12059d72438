using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Core.Monitoring.Sysfs;

namespace GpuRuntime.Core.Monitoring.Intel;

/// <summary>An Intel GPU as the files of i915 and xe tell of it. What its engines do is told by process alone.</summary>
public static class IntelReading
{
    /// <param name="files">The files of its PCI function.</param>
    /// <param name="memory">What the driver answered about its memory; <see langword="null"/> where it was not asked, or did not.</param>
    /// <param name="meter">This GPU's, from pass to pass.</param>
    /// <param name="now">Of a clock that does not run backwards.</param>
    public static GpuSample Of(ISensorFiles files, Gpu gpu, DeviceMemory? memory, EnergyMeter meter, TimeSpan now)
    {
        var sample = new GpuSample(gpu)
        {
            MemoryTotalBytes = memory?.TotalBytes ?? gpu.MemoryBytes,
            MemoryUsedBytes = memory?.UsedBytes,
            Clocks = IntelClocks.Read(files, gpu.Driver),
            Throttling = IntelClocks.ReadThrottling(files, gpu.Driver),
            // A GPU that is part of the processor is behind no link.
            Pcie = gpu.IsIntegrated == true ? null : IntelLink.Read(files),
        };
        if (IntelHwmon.Find(files, gpu.Driver) is not { } hwmon)
            return sample;
        var energy = IntelHwmon.Energy(hwmon, out var counter);
        return sample with
        {
            EnergyJoules = energy,
            PowerWatts = meter.Watts(counter, energy, now),
            PowerLimitWatts = IntelHwmon.PowerLimit(hwmon),
            Temperatures = IntelHwmon.Temperatures(hwmon, gpu.Driver),
            Fans = IntelHwmon.Fans(hwmon),
            Voltages = IntelHwmon.Voltages(hwmon),
        };
    }
}
