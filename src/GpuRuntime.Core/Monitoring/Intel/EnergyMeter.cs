namespace GpuRuntime.Core.Monitoring.Intel;

/// <summary>Power as the difference of two readings of an energy counter.</summary>
public sealed class EnergyMeter
{
    private string? _counter;
    private double _joules;
    private TimeSpan _time;

    /// <param name="counter">Which counter was read: another one tells nothing beside it.</param>
    /// <param name="joules"><see langword="null"/> when it could not be read.</param>
    /// <param name="now">Of a clock that does not run backwards.</param>
    /// <returns>Watts since the last reading; <see langword="null"/> at the first one, and when the counter went back (the driver was loaded again).</returns>
    public double? Watts(string counter, double? joules, TimeSpan now)
    {
        double? watts = joules is { } known && counter == _counter && known >= _joules && now > _time ? (known - _joules) / (now - _time).TotalSeconds : null;
        (_counter, _joules, _time) = joules is { } read ? (counter, read, now) : (null, 0, now);
        return watts;
    }
}
