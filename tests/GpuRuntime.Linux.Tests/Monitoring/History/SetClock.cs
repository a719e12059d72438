namespace GpuRuntime.Linux.Tests.Monitoring.History;

/// <summary>A clock that a test moves on, and a calendar that it sets.</summary>
internal sealed class SetClock : TimeProvider
{
    private TimeSpan _elapsed = TimeSpan.FromDays(3);

    public DateTimeOffset Calendar { get; set; } = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _elapsed.Ticks;

    public override DateTimeOffset GetUtcNow() => Calendar;

    public void Advance(TimeSpan time) => (_elapsed, Calendar) = (_elapsed + time, Calendar + time);
}
