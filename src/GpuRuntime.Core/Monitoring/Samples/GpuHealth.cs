using System.Collections.Immutable;

namespace GpuRuntime.Core.Monitoring.Samples;

/// <summary>Whether a GPU can be given to containers.</summary>
/// <param name="Reasons">Why not; empty for a healthy one.</param>
public sealed record GpuHealth(ImmutableArray<HealthReason> Reasons)
{
    public static readonly GpuHealth Healthy = new([]);

    public bool IsHealthy => Reasons.IsEmpty;
}

/// <summary>Why a GPU is unhealthy.</summary>
/// <param name="Code">A stable word, for labels: <c>xid</c>, <c>uncorrected_errors</c>, <c>temperature</c>, <c>lost</c>, ...</param>
/// <param name="Sentence">For people: what was seen, and what to do about it.</param>
public sealed record HealthReason(string Code, string Sentence);
