using System.Globalization;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;

namespace GpuRuntime.Core.Edits;

/// <summary>Puts a container's limits into its edits, and what the container is told of them.</summary>
internal static class LimitEdits
{
    private const string AnnotationPrefix = "gpu-runtime.io/";

    public static ContainerEdits Add(ContainerEdits edits, Allocation.Allocation allocation)
    {
        HeldMemory? memory = null;
        HeldCompute? compute = null;
        foreach (var unit in allocation.Units)
        {
            if (memory is null || unit.Memory?.Tier > memory.Tier)
                memory = unit.Memory;
            if (compute is null || unit.Compute?.Tier > compute.Tier)
                compute = unit.Compute;
        }

        if (memory is null && compute is null)
            return edits;
        var plan = allocation.Limits;
        if (plan.Cooperative is { } cooperative)
            edits = CooperativeEdits.Substitute(edits, cooperative);
        return edits with
        {
            Environment = [.. edits.Environment, .. plan.Environment],
            Mounts = [.. edits.Mounts, .. plan.Mounts],
            Limits = new ContainerLimits(plan.Unified, plan.NvidiaMemory, [.. Report(memory, compute)]),
        };
    }

    // The weakest tier of all units: whoever reads it shall not believe more than holds.
    private static IEnumerable<LimitNote> Report(HeldMemory? memory, HeldCompute? compute)
    {
        if (memory is not null)
        {
            yield return new LimitNote("GPU_RUNTIME_MEMORY_LIMIT", $"{AnnotationPrefix}memory-limit", memory.LimitBytes.ToString(CultureInfo.InvariantCulture));
            yield return new LimitNote("GPU_RUNTIME_MEMORY_TIER", $"{AnnotationPrefix}memory-tier", memory.Tier.Word());
        }

        if (compute is not null)
        {
            yield return new LimitNote("GPU_RUNTIME_COMPUTE_SHARE", $"{AnnotationPrefix}compute-share", $"{compute.Percent}%");
            yield return new LimitNote("GPU_RUNTIME_COMPUTE_TIER", $"{AnnotationPrefix}compute-tier", compute.Tier.Word());
        }
    }
}
