using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;

namespace GpuRuntime.Core.Limits;

/// <summary>One way to hold a container to an amount of device memory.</summary>
internal interface IMemoryTier
{
    LimitTier Tier { get; }

    /// <summary>What keeps this host from holding such a limit this way, as the end of a sentence; <see langword="null"/>: it can.</summary>
    string? Missing(MemoryQuestion question);

    /// <summary>What the container is held to, in bytes.</summary>
    long Enforced(MemoryQuestion question);

    /// <summary>Adds what has to be done for all units that this tier holds.</summary>
    LimitPlan Add(LimitPlan plan, IReadOnlyList<HeldUnit> units, long bytes, LimitFacts facts);
}

/// <summary>Can this unit be held to that many bytes?</summary>
/// <param name="Use">Who else holds it.</param>
internal sealed record MemoryQuestion(HeldUnit Unit, long Bytes, UnitUse Use, LimitFacts Facts);
