namespace GpuRuntime.TestHosts;

/// <summary>A partition of a GPU, or the whole of one that has no others. Partition 0 is the PCI function itself.</summary>
public sealed record SimulatedAmdPartition
{
    public required SimulatedAmdGpu Gpu { get; init; }

    /// <summary>Position in the GPU. Dead slots follow the live ones.</summary>
    public required int Index { get; init; }

    /// <summary>N of /sys/devices/platform/amdgpu_xcp_N; null for partition 0.</summary>
    public int? Slot { get; init; }

    public required int CardNumber { get; init; }

    public required int RenderNumber { get; init; }

    /// <summary>N of KFD's topology/nodes/N; null where KFD does not know it.</summary>
    public int? KfdNode { get; init; }

    /// <summary>What KFD says.</summary>
    public required ulong UniqueId { get; init; }

    /// <summary>Has DRM nodes, but is no part of the GPU's current partitioning.</summary>
    public bool IsDead => Index >= Gpu.Partitions;

    public override string ToString() => $"AMD {Gpu.PciAddress} partition {Index} card{CardNumber} renderD{RenderNumber} KFD node {KfdNode?.ToString() ?? "-"}";
}
