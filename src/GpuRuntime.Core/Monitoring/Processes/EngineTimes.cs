using System.Collections.Immutable;

namespace GpuRuntime.Core.Monitoring.Processes;

/// <summary>What was kept busy of each kind of engine between two readings.</summary>
public static class EngineTimes
{
    /// <summary>
    /// What a client did between two readings: seconds of each kind of engine, as if the kind were one engine, so that a client that keeps half of four
    /// engines busy for a second has half a second. A counter that went back tells nothing, and one that stood still nothing but 0.
    /// </summary>
    /// <param name="elapsed">Between the two readings.</param>
    /// <returns>By engine; empty when no time has gone by.</returns>
    public static ImmutableArray<EngineTime> Between(ImmutableArray<DrmEngine> before, ImmutableArray<DrmEngine> after, TimeSpan elapsed)
    {
        if (elapsed <= TimeSpan.Zero || after.IsEmpty)
            return [];
        var times = ImmutableArray.CreateBuilder<EngineTime>(after.Length);
        // Drivers print their classes in one order, and amdgpu those alone that were used.
        var next = 0;
        foreach (var engine in after)
        {
            var at = next;
            while (at < before.Length && before[at].Engine != engine.Engine)
                at++;
            if (at == before.Length)
                continue;
            next = at + 1;
            if (Between(before[at], engine, elapsed) is { } seconds)
                times.Add(new EngineTime(engine.Engine, seconds));
        }

        return times.DrainToImmutable();
    }

    /// <summary>What a client did since it was opened, where the driver counts time.</summary>
    public static ImmutableArray<EngineTime> Until(ImmutableArray<DrmEngine> engines)
    {
        var times = ImmutableArray.CreateBuilder<EngineTime>(engines.Length);
        foreach (var engine in engines)
        {
            if (engine.BusyNanoseconds is { } busy)
                times.Add(new EngineTime(engine.Engine, busy / 1e9 / engine.Capacity));
        }

        return times.DrainToImmutable();
    }

    // Counters are read one after another, and some are updated late: more than all of the time is all of it.
    private static double? Between(DrmEngine before, DrmEngine after, TimeSpan elapsed)
    {
        if (after.BusyNanoseconds is { } busy && before.BusyNanoseconds is { } busyBefore && busy >= busyBefore)
            return Math.Min((busy - busyBefore) / 1e9 / after.Capacity, elapsed.TotalSeconds);
        if (after is not { BusyCycles: { } cycles, TotalCycles: { } total } || before is not { BusyCycles: { } cyclesBefore, TotalCycles: { } totalBefore }
            || cycles < cyclesBefore || total < totalBefore)
            return null;
        if (cycles == cyclesBefore)
            return 0;
        return total == totalBefore ? null : Math.Min((double)(cycles - cyclesBefore) / (total - totalBefore) / after.Capacity, 1) * elapsed.TotalSeconds;
    }
}

/// <param name="Engine">A kind of engine, in the words of <see cref="DrmEngine.Engine"/>.</param>
/// <param name="Seconds">How long it was kept busy.</param>
public readonly record struct EngineTime(string Engine, double Seconds);
