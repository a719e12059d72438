using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Monitoring.Attribution;

/// <summary>How long containers have kept GPUs busy: sums over their processes that do not fall when a process ends.</summary>
internal sealed class BusyTimes
{
    // A container that has stopped using GPUs for so many passes is forgotten, and counts from 0 if it comes back.
    private const int PassesToRemember = 3600;

    private readonly Dictionary<(ContainerKey Container, string Unit), Sum> _sums = [];
    private int _pass;

    /// <summary>Begins a pass.</summary>
    public void Begin()
    {
        if (++_pass % PassesToRemember != 0)
            return;
        foreach (var (key, sum) in _sums.Where(pair => _pass - pair.Value.Pass > PassesToRemember).ToList())
            _sums.Remove(key);
    }

    /// <summary>Counts what a process did since it was read last.</summary>
    /// <param name="before">The same process's use of the same unit; <see langword="null"/> where it was in none of the last pass.</param>
    public void Follow(ProcessUse use, ProcessUse? before)
    {
        if (use is not { Container: { } container, Use.BusySeconds: { } seconds })
            return;
        var key = (ContainerKey.Of(container), use.Use.UnitId);
        // What a process did before it was seen first counts as well: it did it in this container.
        var more = seconds - (before is { Container: not null } ? before.Use.BusySeconds ?? 0 : 0);
        _sums[key] = new Sum(_sums.GetValueOrDefault(key).Seconds + Math.Max(0, more), _pass);
    }

    /// <returns><see langword="null"/> where no driver has told.</returns>
    public double? Of(ContainerKey container, string unit) => _sums.TryGetValue((container, unit), out var sum) ? sum.Seconds : null;

    private readonly record struct Sum(double Seconds, int Pass);
}
