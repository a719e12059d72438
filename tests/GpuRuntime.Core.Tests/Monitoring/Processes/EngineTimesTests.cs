using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Monitoring;
using GpuRuntime.Core.Monitoring.Processes;

namespace GpuRuntime.Core.Tests.Monitoring.Processes;

public sealed class EngineTimesTests
{
    private static readonly TimeSpan TwoSeconds = TimeSpan.FromSeconds(2);

    [Test]
    public void Time_counts_as_if_all_engines_of_a_kind_were_one() =>
        Assert.That(Between([Timed("video", 1_000_000_000, 2)], [Timed("video", 3_000_000_000, 2)]), Is.EqualTo((EngineTime[])[new("video", 1)]));

    [Test]
    public void Nothing_is_busy_for_longer_than_the_time_that_went_by() =>
        Assert.That(
            Between([Timed("graphics", 0), Cycled(0, 0)], [Timed("graphics", 9_000_000_000), Cycled(300, 200)]),
            Is.EqualTo((EngineTime[])[new("graphics", 2), new("compute", 2)]));

    [Test]
    public void A_counter_that_goes_back_or_changes_its_kind_tells_nothing() =>
        Assert.That(
            Between([Timed("graphics", 5), Timed("copy", 5), Cycled(9, 50)], [Timed("graphics", 4), new DrmEngine("copy", null, 5, 9, 1), Cycled(8, 60)]),
            Is.Empty);

    [Test]
    public void A_counter_that_stands_still_tells_of_rest_even_when_all_stand_still() =>
        Assert.That(Between([Timed("graphics", 5), Cycled(9, 50)], [Timed("graphics", 5), Cycled(9, 50)]), Is.EqualTo((EngineTime[])[new("graphics", 0), new("compute", 0)]));

    [Test]
    public void An_engine_that_appears_leaves_the_others_as_they_are() =>
        Assert.That(
            Between([Timed("graphics", 0), Timed("copy", 0)], [Timed("graphics", 1_000_000_000), Timed("decoder", 7), Timed("copy", 500_000_000)]),
            Is.EqualTo((EngineTime[])[new("graphics", 1), new("copy", 0.5)]));

    [Test]
    public void No_time_tells_nothing() => Assert.That(EngineTimes.Between([Timed("graphics", 0)], [Timed("graphics", 5)], TimeSpan.Zero), Is.Empty);

    [Test]
    public void Whatever_the_counters_are_a_kind_is_busy_for_none_to_all_of_the_time() => Prop.ForAll<ulong[], ulong[]>((first, second) =>
    {
        ImmutableArray<DrmEngine> before = [.. first.Select(number => Cycled(number, number / 2)), .. first.Select(number => Timed("copy", number))];
        ImmutableArray<DrmEngine> after = [.. second.Select(number => Cycled(number, number / 3)), .. second.Select(number => Timed("copy", number))];
        return EngineTimes.Between(before, after, TwoSeconds).All(time => time.Seconds is >= 0 and <= 2);
    }).QuickCheckThrowOnFailure();

    private static EngineTime[] Between(ImmutableArray<DrmEngine> before, ImmutableArray<DrmEngine> after) => [.. EngineTimes.Between(before, after, TwoSeconds)];

    private static DrmEngine Timed(string engine, ulong nanoseconds, int capacity = 1) => new(engine, nanoseconds, null, null, capacity);

    private static DrmEngine Cycled(ulong cycles, ulong total) => new("compute", null, cycles, total, 1);
}
