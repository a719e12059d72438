using GpuRuntime.Core.Limits;

namespace GpuRuntime.Core.Tests.Limits;

/// <summary>When the watchdog warns and when it ends a container, from readings that are a second apart.</summary>
public sealed class GracePeriodTests
{
    private const long Limit = 100;
    private const long Above = 101;
    private const long Unknown = -1;

    // w: warn, r: recover, k: kill, -: nothing.
    [TestCase("---", 3, 0L, 99L, 100L, TestName = "Use up to the limit is within it")]
    [TestCase("w--k", 3, Above, Above, Above, Above, TestName = "A container that stays above is ended when its time is over")]
    [TestCase("w--r--", 3, Above, Above, Above, Limit, Limit, Limit, TestName = "One that falls below in time lives")]
    [TestCase("w-rw--k", 3, Above, Above, Limit, Above, Above, Above, Above, TestName = "Falling below begins the period anew")]
    [TestCase("k", 0, Above, TestName = "Without a grace period the first reading counts")]
    [TestCase("wk", 1, Above, Above, TestName = "A period of one second")]
    [TestCase("---", 3, Unknown, Unknown, Unknown, TestName = "What is never known never ends a container")]
    [TestCase("w---k", 3, Above, Unknown, Unknown, Unknown, Above, TestName = "A container does not escape by readings that fail")]
    [TestCase("w----r", 3, Above, Unknown, Unknown, Unknown, Unknown, Limit, TestName = "No container is ended by a reading that fails")]
    public void Readings(string actions, int graceSeconds, params long[] readings)
    {
        var period = GracePeriod.NotAbove;
        var taken = "";
        for (var second = 0; second < readings.Length; second++)
        {
            long? used = readings[second] == Unknown ? null : readings[second];
            taken += period.After(used, Limit, TimeSpan.FromSeconds(graceSeconds), TimeSpan.FromSeconds(1000 + second), out period) switch
            {
                WatchdogAction.Warn => 'w',
                WatchdogAction.Recover => 'r',
                WatchdogAction.Kill => 'k',
                _ => '-',
            };
        }

        Assert.That(taken, Is.EqualTo(actions));
    }
}
