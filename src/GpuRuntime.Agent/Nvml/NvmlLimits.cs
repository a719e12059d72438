namespace GpuRuntime.Agent.Nvml;

/// <summary>Limits of a cgroup on one GPU's memory, in bytes (drivers from r615).</summary>
/// <param name="Soft">From here on memory may be taken away under pressure. 0 = nothing is kept for the cgroup.</param>
/// <param name="Hard">No allocation goes beyond. <see cref="ulong.MaxValue"/> = none.</param>
/// <param name="Used">All that the cgroup's processes hold, contexts too.</param>
internal sealed record NvmlLimits(ulong Soft, ulong Hard, ulong Used)
{
    /// <summary>The hard limit that stands for none.</summary>
    public const ulong Unlimited = ulong.MaxValue;
}
