using System.Collections.Immutable;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Monitoring.Attribution;

/// <summary>
/// Joins what processes use with whose they are. What was not read anew since the last pass stays the same object, by which others see that nothing has
/// to be counted again.
/// </summary>
internal sealed class ProcessUses
{
    private ImmutableArray<ProcessUse> _last = [];

    /// <summary>Of their containers, up to the last pass.</summary>
    public BusyTimes Busy { get; } = new();

    /// <summary>In the order of the processes' numbers, and of their units'.</summary>
    /// <param name="known">Processes that are not there are left out.</param>
    public ImmutableArray<ProcessUse> Of(ImmutableArray<GpuProcess> processes, IReadOnlyDictionary<int, KnownProcess> known)
    {
        Busy.Begin();
        var uses = ImmutableArray.CreateBuilder<ProcessUse>(processes.Length);
        var next = 0;
        foreach (var process in Sorted(processes))
        {
            if (!known.TryGetValue(process.Pid, out var found))
                continue;
            while (next < _last.Length && Compare(_last[next].Use, process) < 0)
                next++;
            var before = next < _last.Length && Compare(_last[next].Use, process) == 0 && _last[next].Process == found.Process ? _last[next] : null;
            if (before is not null && ReferenceEquals(before.Use, process) && ReferenceEquals(before.Container, found.Container))
            {
                uses.Add(before);
                continue;
            }

            var use = new ProcessUse(found.Process, found.Name, process) { Container = found.Container };
            Busy.Follow(use, before);
            uses.Add(use);
        }

        return _last = uses.DrainToImmutable();
    }

    // As a rule they are.
    private static ImmutableArray<GpuProcess> Sorted(ImmutableArray<GpuProcess> processes)
    {
        for (var i = 1; i < processes.Length; i++)
        {
            if (Compare(processes[i - 1], processes[i]) > 0)
                return processes.Sort(Compare);
        }

        return processes;
    }

    private static int Compare(GpuProcess first, GpuProcess second) =>
        first.Pid != second.Pid ? first.Pid.CompareTo(second.Pid) : string.CompareOrdinal(first.UnitId, second.UnitId);
}
