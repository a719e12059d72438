using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Linux.Monitoring;

namespace GpuRuntime.Agent.Monitoring.Amd;

/// <summary>AMD's GPUs, by the files of their PCI functions.</summary>
internal sealed class AmdSensorSource(RuntimeConfiguration configuration, TimeProvider clock) : ISensorSource
{
    public GpuVendor Vendor => GpuVendor.Amd;

    public bool TellsProcesses => false;

    public IGpuSensors Open(Gpu gpu, IReadOnlyList<HeldUnit> units)
    {
        var directory = $"bus/pci/devices/{gpu.PciAddress}";
        var files = new SensorFiles(configuration.Sys, directory, clock);
        // The link is the board's, whose first partition stands for it.
        var throughput = configuration.AgentPcieThroughput && gpu.Partition is null or 0 ? new PcieThroughput(configuration.Sys, directory, clock) : null;
        return new AmdSensors(gpu, files, throughput);
    }

    public void Dispose()
    {
        // Each GPU's files are its own.
    }
}
