namespace GpuRuntime.Linux.Tests.Monitoring;

/// <summary>A clock that a test moves on.</summary>
internal sealed class SensorClock : TimeProvider
{
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public void Advance(TimeSpan time) => Interlocked.Add(ref _ticks, time.Ticks);
}
