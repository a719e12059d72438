using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Monitoring.Samples;

/// <summary>
/// What one GPU, or one partition, told in one pass. What it does not offer, or did not tell this time, is <see langword="null"/> or missing in its
/// list, never 0.
/// </summary>
/// <param name="Gpu">The GPU, described as far as it is known: by files, and by the vendor's library where the agent asks it.</param>
public sealed record GpuSample(Gpu Gpu)
{
    /// <summary>The part of the last sampling period in which the GPU worked, 0 to 1.</summary>
    public double? UtilizationRatio { get; init; }

    /// <summary>The part of the last sampling period in which its memory was read or written, 0 to 1.</summary>
    public double? MemoryActivityRatio { get; init; }

    /// <summary>Engines that tell by themselves.</summary>
    public ImmutableArray<EngineActivity> Engines { get; init; } = [];

    public long? MemoryTotalBytes { get; init; }

    public long? MemoryUsedBytes { get; init; }

    /// <summary>What the driver and firmware keep for themselves, in no container's use; bytes.</summary>
    public long? MemoryReservedBytes { get; init; }

    /// <summary>Memory that is not the device's own, or a part of it.</summary>
    public ImmutableArray<MemoryPool> MemoryPools { get; init; } = [];

    public double? PowerWatts { get; init; }

    /// <summary>The power limit in force.</summary>
    public double? PowerLimitWatts { get; init; }

    /// <summary>Energy used since some moment, mostly since the driver was loaded: it rises, and starts again at a reset.</summary>
    public double? EnergyJoules { get; init; }

    public ImmutableArray<Temperature> Temperatures { get; init; } = [];

    public ImmutableArray<Clock> Clocks { get; init; } = [];

    public ImmutableArray<Fan> Fans { get; init; } = [];

    public ImmutableArray<Voltage> Voltages { get; init; } = [];

    public PcieLink? Pcie { get; init; }

    /// <summary>Errors that the hardware counts (ECC, RAS).</summary>
    public ImmutableArray<ErrorCount> Errors { get; init; } = [];

    /// <summary>NVIDIA's XID errors that were seen; <see langword="null"/> where the driver cannot tell of any.</summary>
    public XidErrors? Xids { get; init; }

    /// <summary>How often the GPU was reset, or lost and found again, since the agent looks.</summary>
    public long? Resets { get; init; }

    /// <summary>Memory rows and pages that were taken out of use.</summary>
    public MemoryRepairs? Repairs { get; init; }

    /// <summary>Reasons for which the GPU runs slower than it could: every reason that it tells of, whether it holds or not.</summary>
    public ImmutableArray<ThrottleReason> Throttling { get; init; } = [];

    /// <summary>MIG devices, by their index.</summary>
    public ImmutableArray<MigSample> MigDevices { get; init; } = [];

    /// <summary>Processes as this GPU's own source tells of them (NVML).</summary>
    public ImmutableArray<GpuProcess> Processes { get; init; } = [];

    /// <summary>Others may use it than the host's list of processes has: not every process could be looked at.</summary>
    public bool HasUnknownProcesses { get; init; }

    public GpuHealth Health { get; init; } = GpuHealth.Healthy;

    /// <summary>In how many passes since the agent looks there was a <see cref="Problem"/>, this one included.</summary>
    public long FailedReadings { get; init; }

    /// <summary>What the driver says is wrong with the GPU as a whole; <see langword="null"/> where it says nothing.</summary>
    public GpuFault? Fault { get; init; }

    /// <summary>One of which nothing was read.</summary>
    /// <param name="problem">Why: a sentence without its end.</param>
    public static GpuSample Unread(Gpu gpu, string problem) => new(gpu) { Problem = problem, HasUnknownProcesses = true };

    /// <summary>Why nothing, or not everything, was read: one sentence without its end; <see langword="null"/> when all was.</summary>
    public string? Problem { get; init; }
}
