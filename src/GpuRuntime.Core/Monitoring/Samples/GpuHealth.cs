using System.Collections.Immutable;

namespace GpuRuntime.Core.Monitoring.Samples;

/// <summary>Whether a GPU can be given to containers.</summary>
/// <param name="Reasons">Why not, one of each code; empty for a healthy one.</param>
public sealed record GpuHealth(ImmutableArray<HealthReason> Reasons)
{
    public static readonly GpuHealth Healthy = new([]);

    public bool IsHealthy => Reasons.IsEmpty;
}

/// <summary>Why a GPU is unhealthy.</summary>
/// <param name="Code">A stable word, for labels: <c>xid</c>, <c>uncorrected_errors</c>, <c>temperature</c>, <c>lost</c>, ...</param>
/// <param name="Sentence">For people: what was seen, and what to do about it.</param>
public sealed record HealthReason(string Code, string Sentence)
{
    /// <param name="seen">A sentence without its end.</param>
    /// <param name="cure">Likewise.</param>
    public HealthReason(string code, string seen, string cure)
        : this(code, $"{seen}. {cure}.") => (Seen, Cure) = (seen, cure);

    /// <summary>The first part of the sentence, without its end; <see langword="null"/> where it was not made of parts.</summary>
    public string? Seen { get; }

    /// <summary>The second part, without its end.</summary>
    public string? Cure { get; }
}
