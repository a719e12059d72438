using System.Collections.Immutable;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Monitoring.Processes;

/// <summary>Adds up what several clients, or several processes, kept busy of each kind of engine: seconds, or parts of a period.</summary>
public sealed class EngineSums
{
    private readonly SortedDictionary<string, double> _sums = new(StringComparer.Ordinal);

    public bool IsEmpty => _sums.Count == 0;

    /// <summary>That of the busiest engine; <see langword="null"/> when none is known.</summary>
    public double? Busiest
    {
        get
        {
            double? busiest = null;
            foreach (var sum in _sums.Values)
                busiest = busiest > sum ? busiest : sum;
            return busiest;
        }
    }

    public void Add(string engine, double amount) => _sums[engine] = _sums.GetValueOrDefault(engine) + amount;

    public void Add(EngineSums other)
    {
        foreach (var (engine, amount) in other._sums)
            Add(engine, amount);
    }

    public void Remove(string engine) => _sums.Remove(engine);

    /// <summary>Parts of a period: each kind once, in ordinal order, 0 to 1.</summary>
    public ImmutableArray<EngineActivity> ToActivities() => [.. _sums.Select(pair => new EngineActivity(pair.Key, Math.Min(pair.Value, 1)))];
}
