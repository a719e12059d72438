using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Kubernetes;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Kubernetes.DevicePlugin;

/// <summary>
/// Describes GPUs by all that was ever told of them. What a vendor's library or driver tells is missing in the samples of a GPU that hangs or is lost,
/// whose devices keep their ids, and their number, all the same.
/// </summary>
internal sealed class KnownGpus
{
    private readonly Dictionary<(PciAddress, int?), Gpu> _known = [];

    public ImmutableArray<Gpu> Of(HostSample sample)
    {
        var gpus = ImmutableArray.CreateBuilder<Gpu>(sample.Gpus.Length);
        foreach (var told in sample.Gpus)
        {
            var key = (told.Gpu.PciAddress, told.Gpu.Partition);
            var gpu = SampledGpu.Of(told);
            if (_known.TryGetValue(key, out var before))
                gpu = Filled(gpu, before);
            gpus.Add(_known[key] = gpu);
        }

        return gpus.MoveToImmutable();
    }

    private static Gpu Filled(Gpu gpu, Gpu before) => gpu with
    {
        Uuid = gpu.Uuid ?? before.Uuid,
        Name = gpu.Name ?? before.Name,
        MemoryBytes = gpu.MemoryBytes ?? before.MemoryBytes,
        NumaNode = gpu.NumaNode ?? before.NumaNode,
        // One that its compute driver has lost is unhealthy, and not a card for graphics.
        HasCompute = gpu.HasCompute || before.HasCompute,
        MigDevices = Filled(gpu.MigDevices, before.MigDevices),
    };

    private static ImmutableArray<MigDevice> Filled(ImmutableArray<MigDevice> devices, ImmutableArray<MigDevice> others) =>
    [
        .. devices.Select(device => others.FirstOrDefault(other => other.GpuInstance == device.GpuInstance && other.ComputeInstance == device.ComputeInstance) is { } other
            ? device with
            {
                Uuid = device.Uuid ?? other.Uuid,
                Profile = device.Profile ?? other.Profile,
                MemoryBytes = device.MemoryBytes ?? other.MemoryBytes,
                ComputePercent = device.ComputePercent ?? other.ComputePercent,
            }
            : device),
    ];
}
