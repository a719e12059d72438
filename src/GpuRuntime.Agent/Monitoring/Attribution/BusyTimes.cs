using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Monitoring.Attribution;

/// <summary>How long containers have kept GPUs busy: sums over their processes that do not fall when a process ends.</summary>
internal sealed class BusyTimes
{
    // A container that has stopped using GPUs for so many passes is forgotten, and counts from 0 if it comes back.
    private const int PassesToRemember = 3600;

    private readonly Dictionary<(ContainerKey Container, string Unit), Sum> _sums = [];
    private Dictionary<(ProcessIdentity Process, string Unit), double> _last = [];
    private int _pass;

    /// <param name="uses">All of one pass.</param>
    public void Follow(ImmutableArray<ProcessUse> uses)
    {
        _pass++;
        var current = new Dictionary<(ProcessIdentity, string), double>();
        foreach (var use in uses)
        {
            if (use.Container is not { } container || use.Use.BusySeconds is not { } seconds)
                continue;
            current[(use.Process, use.Use.UnitId)] = seconds;
            var key = (ContainerKey.Of(container), use.Use.UnitId);
            var sum = _sums.GetValueOrDefault(key, new Sum(0, 0));
            // What a process did before it was seen first counts as well: it did it in this container.
            var more = seconds - _last.GetValueOrDefault((use.Process, use.Use.UnitId));
            _sums[key] = new Sum(sum.Seconds + Math.Max(0, more), _pass);
        }

        _last = current;
        if (_pass % PassesToRemember == 0)
        {
            foreach (var (key, sum) in _sums.Where(pair => _pass - pair.Value.Pass > PassesToRemember).ToList())
                _sums.Remove(key);
        }
    }

    /// <returns><see langword="null"/> where no driver has told.</returns>
    public double? Of(ContainerKey container, string unit) => _sums.TryGetValue((container, unit), out var sum) ? sum.Seconds : null;

    private readonly record struct Sum(double Seconds, int Pass);
}
