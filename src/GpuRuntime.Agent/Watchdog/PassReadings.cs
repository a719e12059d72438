using GpuRuntime.Agent.Nvml;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring;

namespace GpuRuntime.Agent.Watchdog;

/// <summary>What one pass has read, joined: each GPU's processes once, whatever the number of containers.</summary>
/// <param name="Nvidia">Processes by unit; a unit that could not be read has its problem.</param>
internal sealed record PassReadings(HostGpus Gpus, IReadOnlyDictionary<string, NvidiaReading> Nvidia)
{
    /// <summary>What a container uses of a unit.</summary>
    public MemoryUse Use(AllocatedUnit unit, ContainerSample sample)
    {
        if (Gpus.Unit(unit.Name) is not { Gpu: var gpu } held)
            return MemoryUse.Unknown("it is not on this host any more");
        if (sample.Dmem is { } dmem && DmemUse.Of(dmem, Gpus.Regions(gpu)) is { } bytes)
            return new MemoryUse(bytes, null);
        return gpu.Vendor switch
        {
            GpuVendor.Nvidia => OfNvidia(held, sample),
            GpuVendor.Amd => OfAmd(gpu, sample),
            _ => sample.OfDrm(gpu.PciAddress),
        };
    }

    // fdinfo names the PCI function, which partitions share.
    private MemoryUse OfAmd(Gpu gpu, ContainerSample sample) => (gpu.Partition, Gpus.KfdId(gpu)) switch
    {
        (null, null) => sample.OfDrm(gpu.PciAddress),
        (null, { } id) => sample.OfDrm(gpu.PciAddress).Or(sample.OfKfd(id)),
        (_, { } id) => sample.OfKfd(id),
        _ => MemoryUse.Unknown("it is a partition that AMD's compute driver (KFD) does not list"),
    };

    private MemoryUse OfNvidia(HeldUnit unit, ContainerSample sample)
    {
        if (!Nvidia.TryGetValue(unit.Name, out var reading) || reading.Processes is null)
            return MemoryUse.Unknown(reading?.Problem ?? "the driver does not answer");
        var pids = sample.Processes.Select(process => process.Pid).ToHashSet();
        var use = MemoryUse.Nothing;
        foreach (var process in reading.Processes)
        {
            if (pids.Contains((int)process.Pid))
                use = use.Plus(process.UsedBytes is { } bytes ? (long)Math.Min(bytes, long.MaxValue) : null, "the driver does not tell how much memory a process holds");
        }

        return use;
    }
}

/// <summary>A GPU's or MIG device's processes, or why they are not known.</summary>
internal sealed record NvidiaReading(IReadOnlyList<NvmlProcess>? Processes, string? Problem);
