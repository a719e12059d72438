using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Agent.Monitoring.Intel;

/// <summary>Intel's GPUs, by the files of their PCI functions, and by what their drivers answer about memory.</summary>
internal sealed class IntelSensorSource(RuntimeConfiguration configuration, TimeProvider clock) : ISensorSource
{
    public GpuVendor Vendor => GpuVendor.Intel;

    public bool TellsProcesses => false;

    public IGpuSensors Open(Gpu gpu, IReadOnlyList<HeldUnit> units) => new IntelSensors(gpu, configuration, clock);

    public void Dispose()
    {
        // Each GPU's files are its own.
    }
}
