using System.Collections.Immutable;
using GpuRuntime.Core.Monitoring.Processes;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Monitoring.Processes;

/// <summary>What all processes together keep busy of each unit's engines. A kind that nobody uses rests, once the unit is known to have it.</summary>
internal sealed class UnitEngines
{
    private readonly Dictionary<string, SortedSet<string>> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, EngineSums> _sums = new(StringComparer.Ordinal);
    private readonly HashSet<string> _new = new(StringComparer.Ordinal);
    private readonly HashSet<string> _kfd = new(StringComparer.Ordinal);

    public void Begin()
    {
        _sums.Clear();
        _new.Clear();
        _kfd.Clear();
    }

    public void Add(UnitActivity activity)
    {
        var id = activity.Unit.Id;
        if (activity.IsNew)
            _new.Add(id);
        if (activity.IsOfKfd)
            _kfd.Add(id);
        if (!_sums.TryGetValue(id, out var sums))
            _sums[id] = sums = new EngineSums();
        sums.Add(activity.Ratios);
    }

    /// <returns>By the unit's id; without units of which nothing is known yet.</returns>
    public ImmutableDictionary<string, ImmutableArray<EngineActivity>> Result(ProcessUnits units)
    {
        var result = ImmutableDictionary.CreateBuilder<string, ImmutableArray<EngineActivity>>();
        foreach (var unit in units.ByAddress.Values)
        {
            var sums = _sums.GetValueOrDefault(unit.Id) ?? new EngineSums();
            // None of those who use it has told of a period.
            if (sums.IsEmpty && _new.Contains(unit.Id))
                continue;
            if (!_seen.TryGetValue(unit.Id, out var seen))
                _seen[unit.Id] = seen = new SortedSet<string>(units.Engines.GetValueOrDefault(unit.Id, []), StringComparer.Ordinal);
            seen.UnionWith(sums.ToActivities().Select(activity => activity.Engine));
            foreach (var engine in seen)
                sums.Add(engine, 0);
            if (_kfd.Contains(unit.Id))
                sums.Remove("compute");
            if (!sums.IsEmpty)
                result[unit.Id] = sums.ToActivities();
        }

        return result.ToImmutable();
    }
}
