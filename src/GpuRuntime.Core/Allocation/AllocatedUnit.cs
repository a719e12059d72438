using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Allocation;

/// <summary>A unit that a container holds, and within which limits.</summary>
/// <param name="Name">See <see cref="HeldUnit"/>.</param>
/// <param name="Id">See <see cref="HeldUnit"/>.</param>
public sealed record AllocatedUnit(string Name, string Id, PciAddress PciAddress)
{
    public string? Uuid { get; init; }

    public HeldMemory? Memory { get; init; }

    public HeldCompute? Compute { get; init; }
}

/// <summary>A memory limit on one unit.</summary>
/// <param name="LimitBytes">What was asked for, rounded down to whole MiB; bytes.</param>
/// <param name="EnforcedBytes">What the container is held to: the limit, or the size of the hardware's instance, which may be larger; bytes.</param>
/// <param name="Tier">By what it is held.</param>
public sealed record HeldMemory(long LimitBytes, long EnforcedBytes, LimitTier Tier);

/// <summary>A share of one unit's compute units.</summary>
/// <param name="Percent">What was asked for, 1 to 100.</param>
/// <param name="EnforcedPercent">What the container is held to; <see langword="null"/> where nothing holds it.</param>
/// <param name="Tier">By what it is held.</param>
public sealed record HeldCompute(int Percent, int? EnforcedPercent, ComputeTier Tier);
