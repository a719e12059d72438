using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Monitoring;

/// <summary>The newest sample, for whoever shows it.</summary>
internal sealed class SampleFeed
{
    // What is older tells nothing of this moment: a reader then gets nothing, rather than the last values of a source that is gone.
    private static readonly TimeSpan OldestSample = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _clock;
    private volatile Stamped? _latest;

    public SampleFeed(TimeProvider clock) => _clock = clock;

    /// <summary><see langword="null"/> before the first pass, and when passes have not come to their end for ten seconds.</summary>
    public HostSample? Latest => _latest is { } latest && _clock.GetElapsedTime(latest.Timestamp) <= OldestSample ? latest.Sample : null;

    /// <summary>No pass has come to its end yet.</summary>
    public bool IsWaiting => _latest is null;

    public void Publish(HostSample sample) => _latest = new Stamped(sample, _clock.GetTimestamp());

    private sealed record Stamped(HostSample Sample, long Timestamp);
}
