namespace GpuRuntime.Core.Limits;

/// <summary>What a watchdog does after a reading.</summary>
public enum WatchdogAction
{
    None,

    /// <summary>The use is above the limit, which it was not before.</summary>
    Warn,

    /// <summary>The use is within the limit again, in time.</summary>
    Recover,

    /// <summary>The use was above the limit for as long as it may be.</summary>
    Kill,
}

/// <summary>How long a container has been above one limit. Times are of any clock that does not run backwards.</summary>
/// <param name="Since">When it was first seen above; <see langword="null"/> when it is not.</param>
public sealed record GracePeriod(TimeSpan? Since)
{
    public static readonly GracePeriod NotAbove = new((TimeSpan?)null);

    /// <summary>What follows from a reading.</summary>
    /// <param name="usedBytes"><see langword="null"/>: not known at this moment, which neither begins nor ends the period, nor ends the container.</param>
    /// <param name="limitBytes">The most that is within the limit.</param>
    /// <param name="grace">How long a container may be above; zero = not at all.</param>
    /// <param name="next">The period as it stands from here on.</param>
    public WatchdogAction After(long? usedBytes, long limitBytes, TimeSpan grace, TimeSpan now, out GracePeriod next)
    {
        next = this;
        if (usedBytes is not { } used)
            return WatchdogAction.None;
        if (used <= limitBytes)
        {
            next = NotAbove;
            return Since is null ? WatchdogAction.None : WatchdogAction.Recover;
        }

        next = new GracePeriod(Since ?? now);
        return now - next.Since >= grace ? WatchdogAction.Kill : Since is null ? WatchdogAction.Warn : WatchdogAction.None;
    }
}
