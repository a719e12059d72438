using System.Collections.Immutable;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Monitoring.Processes;

/// <summary>Adds up what several clients, or several processes, kept busy of each kind of engine: seconds, or parts of a period.</summary>
public sealed class EngineSums
{
    // A handful: looking through them is faster than any table.
    private readonly List<EngineTime> _sums = [];

    public bool IsEmpty => _sums.Count == 0;

    /// <summary>That of the busiest engine; <see langword="null"/> when none is known.</summary>
    public double? Busiest
    {
        get
        {
            double? busiest = null;
            foreach (var sum in _sums)
                busiest = busiest > sum.Seconds ? busiest : sum.Seconds;
            return busiest;
        }
    }

    public void Add(string engine, double amount)
    {
        for (var i = 0; i < _sums.Count; i++)
        {
            if (_sums[i].Engine != engine)
                continue;
            _sums[i] = new EngineTime(engine, _sums[i].Seconds + amount);
            return;
        }

        _sums.Add(new EngineTime(engine, amount));
    }

    public void Add(EngineSums other)
    {
        foreach (var sum in other._sums)
            Add(sum.Engine, sum.Seconds);
    }

    public void Add(ImmutableArray<EngineTime> times)
    {
        foreach (var time in times)
            Add(time.Engine, time.Seconds);
    }

    public void Remove(string engine) => _sums.RemoveAll(sum => sum.Engine == engine);

    /// <summary>Parts of a period: each kind once, in ordinal order, 0 to 1.</summary>
    public ImmutableArray<EngineActivity> ToActivities() =>
        [.. _sums.OrderBy(sum => sum.Engine, StringComparer.Ordinal).Select(sum => new EngineActivity(sum.Engine, Math.Min(sum.Seconds, 1)))];
}
