using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Limits;
using GpuRuntime.Core.Monitoring;
using GpuRuntime.Core.Monitoring.Intel;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Core.Vendors;
using GpuRuntime.Linux.Monitoring;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Agent.Monitoring.Intel;

/// <summary>One Intel GPU: the files of its PCI function, and its memory, which its driver answers about on its render node.</summary>
internal sealed class IntelSensors : IGpuSensors
{
    private readonly Gpu _gpu;
    private readonly SensorFiles _files;
    private readonly SensorFiles _cgroup;
    private readonly string _dev;
    private readonly EnergyMeter _meter = new();
    private readonly ImmutableArray<string> _regions;

    public IntelSensors(Gpu gpu, RuntimeConfiguration configuration, TimeProvider clock)
    {
        _dev = configuration.Dev;
        _files = new SensorFiles(configuration.Sys, $"bus/pci/devices/{gpu.PciAddress}", clock);
        _cgroup = new SensorFiles(configuration.Sys, UnifiedHierarchy.Directory, clock);
        using var host = new LinuxHostRoot(configuration);
        _gpu = VendorModules.Describe(gpu, host);
        _regions = [.. DmemRegions.Of(gpu, DmemRegions.Read(host)).Select(region => region.Name)];
    }

    public GpuSample Read(TimeSpan now)
    {
        _files.Begin();
        if (_files.ReadText("vendor") is null)
            throw new IOException(_files.Problem ?? $"{_gpu.PciAddress} is not on the PCI bus any more");
        if (_files.ReadText("power/runtime_status") == "suspended")
            return new GpuSample(_gpu) { MemoryTotalBytes = _gpu.MemoryBytes, Problem = "it sleeps, and is not woken to be read" };
        string? problem = null;
        // A GPU that is part of the processor has no memory of its own.
        var memory = _gpu is { IsIntegrated: not true, RenderMinor: { } minor, Driver: { } driver } ? DrmMemoryQuery.Ask(_dev, minor, driver, out problem) : null;
        var sample = IntelReading.Of(_files, _gpu, memory, _meter, now);
        // Of all cgroups together; what the driver uses itself is in none.
        if (sample.MemoryUsedBytes is null && !_regions.IsEmpty && _cgroup.ReadText(DmemUse.File) is { } text)
            sample = sample with { MemoryUsedBytes = DmemUse.Of(text, _regions) };
        return Told(sample, memory) ? sample with { Problem = problem } : sample with { Problem = problem ?? _files.Problem ?? IGpuSensors.NothingTold };
    }

    public void Dispose()
    {
        _files.Dispose();
        _cgroup.Dispose();
    }

    private static bool Told(GpuSample sample, DeviceMemory? memory) =>
        memory is not null || sample is not { PowerLimitWatts: null, EnergyJoules: null, MemoryUsedBytes: null } || !sample.Temperatures.IsEmpty || !sample.Clocks.IsEmpty;
}
