using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Limits;
using GpuRuntime.Core.Monitoring;
using GpuRuntime.Linux.Allocations;
using GpuRuntime.Linux.Cgroups;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Agent.Watchdog;

/// <summary>A container with limits that the watchdog holds it to, from the first sight of its entry in the ledger to its end.</summary>
internal sealed class WatchedContainer(AllocationEntry entry) : IDisposable
{
    // Drivers take their time to give memory back. What is still above then is killed, and told, again.
    private static readonly TimeSpan TimeToDie = TimeSpan.FromSeconds(30);

    // Most processes of most containers have no GPU open, and looking through their files is what a pass costs: they are looked at in turns.
    private const int TurnsOfIdleProcesses = 5;

    private readonly Dictionary<string, GracePeriod> _periods = new(StringComparer.Ordinal);
    private StartedContainer? _started;
    private ContainerCgroup? _cgroup;
    private TimeSpan? _killed;
    private HashSet<int> _idle = [];
    private int _turn;

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
        return new ContainerSample(Read(files, pids), dmem);
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

    private ImmutableArray<ProcessSample> Read(SampledFiles files, ImmutableArray<int> pids)
    {
        _turn++;
        var idle = new HashSet<int>(pids.Length);
        var processes = ImmutableArray.CreateBuilder<ProcessSample>(pids.Length);
        foreach (var pid in pids)
        {
            var isSkipped = _idle.Contains(pid) && (pid + _turn) % TurnsOfIdleProcesses != 0;
            var process = files.Read(pid, isSkipped);
            processes.Add(process);
            if (process is { Clients.Count: 0, DrmProblem: null })
                idle.Add(pid);
        }

        _idle = idle;
        return processes.MoveToImmutable();
    }

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
