using System.Collections.Immutable;

namespace GpuRuntime.Core.Configuration;

/// <summary>The words of tiers, in the configuration, in the ledger and for people.</summary>
public static class TierWords
{
    /// <summary>Those of <see cref="LimitTier"/>, in its order.</summary>
    public static ImmutableArray<string> OfMemory { get; } = ["hardware", "kernel", "watchdog", "cooperative"];

    /// <summary>Those of <see cref="ComputeTier"/>, in its order.</summary>
    public static ImmutableArray<string> OfCompute { get; } = ["hardware", "cooperative", "advisory"];

    public static string Word(this LimitTier tier) => OfMemory[(int)tier];

    public static string Word(this ComputeTier tier) => OfCompute[(int)tier];

    /// <returns><see langword="null"/> for what is no such word.</returns>
    public static LimitTier? LimitTier(string? word) => word is not null && OfMemory.IndexOf(word) is var index and >= 0 ? (LimitTier)index : null;

    /// <inheritdoc cref="LimitTier(string?)"/>
    public static ComputeTier? ComputeTier(string? word) => word is not null && OfCompute.IndexOf(word) is var index and >= 0 ? (ComputeTier)index : null;
}
