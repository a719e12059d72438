using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Kubernetes;

/// <summary>A GPU with what a reading tells of it and no file does: how much memory it has, and what its MIG devices are.</summary>
public static class SampledGpu
{
    public static Gpu Of(GpuSample sample) => sample.Gpu with
    {
        MemoryBytes = sample.Gpu.MemoryBytes ?? sample.MemoryTotalBytes,
        MigDevices = [.. sample.Gpu.MigDevices.Select(device => Told(device, sample))],
    };

    // A reading that failed this time takes nothing away.
    private static MigDevice Told(MigDevice device, GpuSample sample)
    {
        var told = sample.MigDevices.FirstOrDefault(told => told.Device.GpuInstance == device.GpuInstance && told.Device.ComputeInstance == device.ComputeInstance)?.Device;
        return device with { Uuid = device.Uuid ?? told?.Uuid, Profile = device.Profile ?? told?.Profile, MemoryBytes = device.MemoryBytes ?? told?.MemoryBytes };
    }
}
