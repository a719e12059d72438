using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Limits;
using GpuRuntime.Core.Monitoring;
using GpuRuntime.Linux.Allocations;
using GpuRuntime.Linux.Cgroups;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Monitoring;

namespace GpuRuntime.Agent.Watchdog;

/// <summary>A container with limits that the watchdog holds it to, from the first sight of its entry in the ledger to its end.</summary>
internal sealed class WatchedContainer(AllocationEntry entry) : IDisposable
{
    // Drivers take their time to give memory back. What is still above then is killed, and told, again.
    private static readonly TimeSpan TimeToDie = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, GracePeriod> _periods = new(StringComparer.Ordinal);
    private StartedContainer? _started;
    private ContainerCgroup? _cgroup;
    private TimeSpan? _killed;

    public AllocationEntry Entry => entry;

    public string Name => entry.Container;

    /// <summary>Units with a limit of the watchdog's.</summary>
    public IEnumerable<AllocatedUnit> Units => entry.Units.Where(IsWatched);

    /// <summary>It was killed, and its processes are on their way.</summary>
    public bool IsDying(TimeSpan now) => _killed is { } killed && now - killed <= TimeToDie;

    public static bool IsWatched(AllocatedUnit unit) => unit.Memory?.Tier == LimitTier.Watchdog;

    /// <summary>Another container of the same name, or the same one started anew, is another.</summary>
    public static string KeyOf(AllocationEntry entry) => $"{AllocationOwner.Of(entry).Key} {entry.Process.Pid} {entry.Process.StartTime} {entry.Since.UtcTicks}";

    public GracePeriod PeriodOf(AllocatedUnit unit) => _periods.GetValueOrDefault(unit.Name, GracePeriod.NotAbove);

    public void SetPeriod(AllocatedUnit unit, GracePeriod period) => _periods[unit.Name] = period;

    /// <returns><see langword="null"/> when the container does not run.</returns>
    /// <exception cref="GpuRuntimeException">It has no cgroup that is its alone.</exception>
    /// <exception cref="LinuxException">Its cgroup cannot be read.</exception>
    public ContainerSample? Read(SampledFiles files)
    {
        if (!IsFound())
            return null;
        var pids = _cgroup!.Processes();
        // Moved by an admin, or gone.
        if (pids.BinarySearch(_started!.FirstProcess.Pid) < 0)
        {
            Forget();
            if (!IsFound())
                return null;
            pids = _cgroup!.Processes();
        }

        var dmem = _cgroup.IsVersion2 ? _cgroup.Read(DmemUse.File) : null;
        return new ContainerSample([.. pids.Select(files.Read)], dmem);
    }

    /// <summary>The processes that are in the cgroup now; empty when the container does not run any more.</summary>
    public ImmutableArray<int> Processes() => _started is not null && ProcessStat.IsAlive(_started.FirstProcess) ? _cgroup!.Processes() : [];

    /// <summary>Its cgroup, for somebody who kills what is in it; the container is dying from now on.</summary>
    public ContainerCgroup HandOver(TimeSpan now)
    {
        var cgroup = _cgroup!;
        (_cgroup, _started, _killed) = (null, null, now);
        _periods.Clear();
        return cgroup;
    }

    public void Dispose() => _cgroup?.Dispose();

    private bool IsFound()
    {
        if (_cgroup is not null && ProcessStat.IsAlive(_started!.FirstProcess))
            return true;
        Forget();
        if (StartedContainer.Of(entry) is not { } started || ContainerCgroup.Of(started.FirstProcess.Pid, started.Cgroups) is not { } cgroup)
            return false;
        _cgroup = cgroup;
        _started = started;
        // Whose cgroup was it, if the number has become another's meanwhile?
        if (!ProcessStat.IsAlive(started.FirstProcess))
        {
            Forget();
            return false;
        }

        if (!started.IsCgroupKnown || started.Cgroups.Any(path => cgroup.Directory.EndsWith(path, StringComparison.Ordinal)))
            return true;
        Forget();
        throw new GpuRuntimeException(ErrorCode.LimitUnavailable, $"its first process is in the cgroup {cgroup.Directory}, which is not the one that was made for it ({started.Cgroups[0]})");
    }

    private void Forget()
    {
        _cgroup?.Dispose();
        (_cgroup, _started) = (null, null);
    }
}

/// <summary>What is read of each process of a container.</summary>
/// <param name="ReadsDrm">One of its GPUs tells by DRM.</param>
/// <param name="KfdIds">KFD's ids of its GPUs.</param>
internal sealed record SampledFiles(KernelFiles Proc, KernelFiles Sys, bool ReadsDrm, ImmutableArray<uint> KfdIds)
{
    public ProcessSample Read(int pid)
    {
        var sample = new ProcessSample(pid, [], ImmutableDictionary<uint, long>.Empty);
        if (ReadsDrm)
        {
            try
            {
                sample = sample with { Clients = ProcessDrmClients.Of(Proc, pid) };
            }
            catch (LinuxException exception)
            {
                sample = sample with { DrmProblem = $"the open files of its processes cannot be read: {exception.Message}" };
            }
        }

        return KfdIds.IsEmpty ? sample : WithKfd(sample);
    }

    private ProcessSample WithKfd(ProcessSample sample)
    {
        foreach (var id in KfdIds)
        {
            var file = KfdProcess.MemoryFile(sample.Pid, id);
            try
            {
                // No file: it does not use KFD, or not this GPU.
                if (Sys.Read(file) is not { } text)
                    continue;
                sample = KfdProcess.ParseMemory(text) is { } bytes ? sample with { KfdBytes = sample.KfdBytes.SetItem(id, bytes) } : sample with { KfdProblem = $"{file} holds no amount" };
            }
            catch (LinuxException exception)
            {
                sample = sample with { KfdProblem = exception.Message };
            }
        }

        return sample;
    }
}
