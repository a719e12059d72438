namespace GpuRuntime.Core.Monitoring.Samples;

/// <summary>A process's use of a GPU, as a driver tells it.</summary>
/// <param name="Pid">In the host's numbering.</param>
/// <param name="UnitId">The GPU (<c>amd:0</c>) or MIG device (<c>nvidia:0:1</c>).</param>
public sealed record GpuProcess(int Pid, string UnitId)
{
    /// <summary>
    /// When it began, in clock ticks after the host's boot, where whoever tells of it has made sure that it is no later process with its number.
    /// </summary>
    public long? StartTime { get; init; }

    /// <summary>Device memory in bytes.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>The part of the last sampling period in which it kept the GPU busy, 0 to 1.</summary>
    public double? UtilizationRatio { get; init; }

    /// <summary>How long it has kept the GPU's engines busy, all in all: it rises as long as the process lives.</summary>
    public double? BusySeconds { get; init; }

    public bool UsesCompute { get; init; }

    public bool UsesGraphics { get; init; }
}
