using System.Collections.Immutable;

namespace GpuRuntime.Core.Inventory;

/// <summary>A MIG device of an NVIDIA GPU: one compute instance of one GPU instance.</summary>
/// <param name="Index">Position on its GPU, by GPU instance and then by compute instance: the <c>1</c> of <c>0:1</c>.</param>
public sealed record MigDevice(int Index, uint GpuInstance, uint ComputeInstance)
{
    /// <summary>The capability nodes that open the GPU instance and the compute instance.</summary>
    public ImmutableArray<DeviceNode> CapabilityNodes { get; init; } = [];

    /// <summary><c>MIG-...</c>, which no file of the driver's tells; <see langword="null"/> unless NVIDIA's tools were asked for it.</summary>
    public string? Uuid { get; init; }

    /// <summary>The profile, such as <c>1g.10gb</c>; <see langword="null"/> unless NVIDIA's tools were asked for it.</summary>
    public string? Profile { get; init; }

    /// <summary>Device memory in bytes; <see langword="null"/> unless NVIDIA's tools were asked for it.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Its share of the GPU's compute slices, 1 to 100, rounded down; <see langword="null"/> without a profile, or on a GPU of unknown slices.</summary>
    public int? ComputePercent { get; init; }
}
