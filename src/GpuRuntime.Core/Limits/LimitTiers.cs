using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;

namespace GpuRuntime.Core.Limits;

/// <summary>By what this host can hold a container to limits on a unit, before anybody asks: the least limit, and nobody else on the unit.</summary>
public static class LimitTiers
{
    /// <returns>The words of the tiers that the configuration accepts, strongest first; empty: a memory limit on this unit is refused.</returns>
    public static ImmutableArray<string> OfMemory(HeldUnit unit, LimitFacts facts) => [.. MemoryLimits.Available(unit, facts)];

    /// <returns>The tier's word; <see langword="null"/>: a share of this unit's compute units is refused.</returns>
    public static string? OfCompute(HeldUnit unit, LimitFacts facts)
    {
        const int leastPercent = 1;
        var strongest = ComputeShares.Strongest(unit, UnitUse.Free, leastPercent, facts);
        return strongest.Tier <= facts.Configuration.MinimumComputeTier ? strongest.Tier.Word() : null;
    }
}
