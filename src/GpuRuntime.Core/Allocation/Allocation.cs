using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Limits;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Allocation;

/// <summary>What a container is to get.</summary>
/// <param name="Gpus">In the host's order; of a GPU with MIG devices the granted ones.</param>
/// <param name="Warnings">What the admin should know of it.</param>
public sealed record Allocation(ImmutableArray<Gpu> Gpus, ImmutableArray<string> Warnings)
{
    /// <summary>Seen with this host, neither a GPU nor a driver was asked for.</summary>
    public bool IsNothing { get; init; }

    public SharingMode Mode { get; init; }

    /// <summary>What is held of each unit, one entry a unit of <see cref="Gpus"/>.</summary>
    public ImmutableArray<AllocatedUnit> Units { get; init; } = [];

    /// <summary>How the limits are held.</summary>
    public LimitPlan Limits { get; init; } = LimitPlan.None;
}
