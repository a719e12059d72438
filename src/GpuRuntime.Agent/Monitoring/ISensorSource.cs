using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Agent.Monitoring;

/// <summary>One vendor's way to read GPUs: a further vendor is one more of these.</summary>
internal interface ISensorSource : IDisposable
{
    GpuVendor Vendor { get; }

    /// <summary>It tells which processes use a GPU. Of other vendors' GPUs a look at all processes does.</summary>
    bool TellsProcesses { get; }

    /// <summary>What reads this GPU from now on. It is disposed of when the GPU goes, or is found changed.</summary>
    /// <param name="units">The GPU's units: itself, or its MIG devices.</param>
    /// <exception cref="Exception">It cannot be read at this moment: the message says why, as a sentence without its end. It is tried again later.</exception>
    IGpuSensors Open(Gpu gpu, IReadOnlyList<HeldUnit> units);
}
