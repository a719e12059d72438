using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring;

namespace GpuRuntime.Agent.Watchdog;

/// <summary>What one container's cgroup and processes tell at one moment.</summary>
/// <param name="Processes">Those of the cgroup and of all below.</param>
/// <param name="Dmem">The cgroup's <c>dmem.current</c>; <see langword="null"/> where it has none.</param>
internal sealed record ContainerSample(ImmutableArray<ProcessSample> Processes, string? Dmem)
{
    /// <summary>Without processes that are not among these.</summary>
    public ContainerSample Of(ImmutableArray<int> pids) => this with { Processes = [.. Processes.Where(process => pids.BinarySearch(process.Pid) >= 0)] };

    /// <summary>What DRM tells, each client once, in whatever processes it is open.</summary>
    public MemoryUse OfDrm(PciAddress address)
    {
        var clients = new HashSet<ulong>();
        var use = MemoryUse.Nothing;
        foreach (var process in Processes)
        {
            use = use.With(process.DrmProblem);
            foreach (var client in process.Clients)
            {
                if (client.Address == address && clients.Add(client.Id))
                    use = use.Plus(client.DeviceMemoryBytes, $"the driver {client.Driver} does not tell in /proc/PID/fdinfo how much of the GPU's memory a process holds (a newer kernel does)");
            }
        }

        return use;
    }

    /// <summary>What KFD tells of a GPU or partition.</summary>
    public MemoryUse OfKfd(uint gpuId)
    {
        var use = MemoryUse.Nothing;
        foreach (var process in Processes)
        {
            use = use.With(process.KfdProblem);
            if (process.KfdBytes.TryGetValue(gpuId, out var bytes))
                use = use.Plus(bytes, "");
        }

        return use;
    }
}

/// <summary>What is read of one process.</summary>
/// <param name="Clients">Its DRM clients, as often as they are open.</param>
/// <param name="KfdBytes">By KFD's GPU id; nothing for a process that does not use KFD.</param>
internal sealed record ProcessSample(int Pid, IReadOnlyList<DrmClient> Clients, ImmutableDictionary<uint, long> KfdBytes)
{
    /// <summary>Why its DRM clients are not known.</summary>
    public string? DrmProblem { get; init; }

    /// <summary>Why KFD's numbers are not known.</summary>
    public string? KfdProblem { get; init; }
}

/// <summary>Device memory in use.</summary>
/// <param name="AtLeastBytes">As far as it is known.</param>
/// <param name="Problem">Why not all of it is known; <see langword="null"/>: it is.</param>
internal sealed record MemoryUse(long AtLeastBytes, string? Problem)
{
    public static readonly MemoryUse Nothing = new(0, null);

    public static MemoryUse Unknown(string problem) => new(0, problem);

    public MemoryUse Plus(long? bytes, string problem) =>
        bytes is { } known ? this with { AtLeastBytes = known > long.MaxValue - AtLeastBytes ? long.MaxValue : AtLeastBytes + known } : With(problem);

    public MemoryUse With(string? problem) => this with { Problem = Problem ?? problem };

    /// <summary>The larger of two accounts of the same memory, of which neither need be complete.</summary>
    public MemoryUse Or(MemoryUse other) => new(Math.Max(AtLeastBytes, other.AtLeastBytes), Problem ?? other.Problem);

    /// <summary>What a limit can be held against: a part that is already above it is enough to know.</summary>
    public long? Against(long limitBytes) => Problem is null || AtLeastBytes > limitBytes ? AtLeastBytes : null;
}
