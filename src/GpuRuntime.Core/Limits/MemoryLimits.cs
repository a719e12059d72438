using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Limits;

/// <summary>Chooses by what each unit is held to a memory limit: the strongest tier that this host has.</summary>
internal static class MemoryLimits
{
    private static readonly ImmutableArray<IMemoryTier> Tiers = [new HardwareTier(), new KernelTier(), new WatchdogTier(), new CooperativeTier()];

    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.LimitUnavailable"/>: every tier that the configuration accepts lacks something.</exception>
    public static HeldMemory Choose(HeldUnit unit, UnitUse use, long bytes, LimitFacts facts, string source)
    {
        var question = new MemoryQuestion(unit, bytes, use, facts);
        var reasons = new List<string>();
        foreach (var tier in Tiers)
        {
            if (tier.Tier > facts.Configuration.MinimumTier)
                break;
            if (tier.Missing(question) is not { } reason)
                return new HeldMemory(bytes, tier.Enforced(question), tier.Tier);
            reasons.Add($"{tier.Tier.Word()}: {reason}");
        }

        throw new GpuRuntimeException(
            ErrorCode.LimitUnavailable,
            $"{source}: nothing here can hold the container to {MemoryText.Of(bytes)} of {unit.Id} as strongly as limits.minimumTier ({facts.Configuration.MinimumTier.Word()}) wants. {string.Join("; ", reasons)}.");
    }

    /// <summary>The words of the tiers that the configuration accepts and that could hold a limit on a unit, strongest first.</summary>
    public static IEnumerable<string> Available(HeldUnit unit, LimitFacts facts)
    {
        var question = new MemoryQuestion(unit, MemoryText.Mebibyte, UnitUse.Free, facts);
        return Tiers.Where(tier => tier.Tier <= facts.Configuration.MinimumTier && tier.Missing(question) is null).Select(tier => tier.Tier.Word());
    }

    public static LimitPlan Plan(IReadOnlyCollection<LimitedUnit> held, LimitFacts facts)
    {
        var plan = LimitPlan.None;
        foreach (var tier in Tiers)
        {
            List<HeldUnit> units = [.. held.Where(one => one.Memory.Tier == tier.Tier).Select(one => one.Unit)];
            if (units.Count > 0)
                plan = tier.Add(plan, units, held.First().Memory.LimitBytes, facts);
        }

        return plan;
    }
}

/// <summary>A unit and by what it is held to its limit.</summary>
internal sealed record LimitedUnit(HeldUnit Unit, HeldMemory Memory);
