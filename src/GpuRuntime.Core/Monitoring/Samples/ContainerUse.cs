using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Monitoring.Samples;

/// <summary>A container that holds GPUs, uses GPUs, or both.</summary>
/// <param name="Units">One entry for each GPU or MIG device, in the order of their ids.</param>
public sealed record ContainerUse(ContainerIdentity Container, ImmutableArray<UnitUse> Units)
{
    /// <summary>When it was given its GPUs; <see langword="null"/> for one that the ledger does not know.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary><see langword="null"/> for one that the ledger does not know.</summary>
    public SharingMode? Mode { get; init; }
}

/// <summary>What a container uses of one GPU or MIG device.</summary>
/// <param name="UnitId"><c>amd:0</c>, <c>nvidia:0:1</c>.</param>
/// <param name="Vendor">The GPU's vendor.</param>
/// <param name="GpuId">The GPU's id (<c>nvidia:0</c>), also for a MIG device.</param>
public sealed record UnitUse(string UnitId, GpuVendor Vendor, string GpuId)
{
    /// <summary>The ledger says that it was given to the container.</summary>
    public bool IsGranted { get; init; }

    /// <summary>Device memory of all of its processes, or of its cgroup, in bytes; <see langword="null"/> where no source tells.</summary>
    public long? MemoryUsedBytes { get; init; }

    public HeldMemory? MemoryLimit { get; init; }

    public HeldCompute? ComputeLimit { get; init; }

    /// <summary>0 to 1, of the last sampling period.</summary>
    public double? UtilizationRatio { get; init; }

    /// <summary>How long its processes have kept the GPU busy since the agent saw the container first; processes that have ended count.</summary>
    public double? BusySeconds { get; init; }

    /// <summary>How many of its processes use it at this moment; <see langword="null"/> where not every process could be looked at.</summary>
    public int? ProcessCount { get; init; }
}
