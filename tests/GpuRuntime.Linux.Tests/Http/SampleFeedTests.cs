using System.Text;
using GpuRuntime.Agent.Http;
using GpuRuntime.Agent.Monitoring;
using GpuRuntime.Core.Monitoring.Exposition;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Linux.Tests.Monitoring;

namespace GpuRuntime.Linux.Tests.Http;

/// <summary>The newest sample, and what is answered where there is none.</summary>
public sealed class SampleFeedTests
{
    private SensorClock _clock = new();
    private SampleFeed _feed = new(TimeProvider.System);
    private Dictionary<string, IHttpRoute> _routes = [];

    private static readonly string[] Paths = ["/metrics", "/api/v1/gpus", "/healthz"];

    [SetUp]
    public void Begin()
    {
        _clock = new SensorClock();
        _feed = new SampleFeed(_clock);
        _routes = SampleRoutes.Of(_feed, new MetricSubject("1", "host"), Metrics.All).ToDictionary(route => route.Path);
    }

    [Test]
    public void There_are_these_routes_and_the_one_without_anything_of_the_host_is_for_everybody()
    {
        Assert.That(_routes.Keys, Is.EquivalentTo(Paths));
        Assert.That(_routes.Values.Where(route => route.IsPublic).Select(route => route.Path), Is.EqualTo((string[])["/healthz"]));
    }

    [Test]
    public void Before_the_first_sample_all_say_that_it_is_waited_for([ValueSource(nameof(Paths))] string path)
    {
        _clock.Advance(TimeSpan.FromHours(1));

        Assert.That(Ask(path), Is.EqualTo((503, "GPUs have not been read yet; ask again.\n")));
    }

    [Test]
    public void A_sample_is_served_for_ten_seconds_and_not_longer([ValueSource(nameof(Paths))] string path)
    {
        _feed.Publish(new HostSample(DateTimeOffset.UnixEpoch));
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.That(Ask(path).Status, Is.EqualTo(200));

        _clock.Advance(TimeSpan.FromTicks(1));

        Assert.That(Ask(path), Is.EqualTo((503, "GPUs have not been read for ten seconds; the agent's log says why.\n")));
    }

    [Test]
    public void The_next_sample_is_served_at_once([ValueSource(nameof(Paths))] string path)
    {
        _feed.Publish(new HostSample(DateTimeOffset.UnixEpoch));
        _clock.Advance(TimeSpan.FromSeconds(11));
        Assert.That(Ask(path).Status, Is.EqualTo(503));

        _feed.Publish(new HostSample(DateTimeOffset.UnixEpoch));

        Assert.That(Ask(path).Status, Is.EqualTo(200));
    }

    // The age is the agent's own, whatever the calendar says.
    [TestCase(-3650)]
    [TestCase(3650)]
    public void A_calendar_that_is_set_makes_no_sample_old(int days)
    {
        var sample = new HostSample(DateTimeOffset.UnixEpoch.AddDays(3650 + days));

        _feed.Publish(sample);

        Assert.That(_feed.Latest, Is.SameAs(sample));
    }

    [Test]
    public void A_page_is_written_once_a_sample_and_anew_for_the_next()
    {
        _feed.Publish(new HostSample(DateTimeOffset.UnixEpoch));
        var (first, again) = (Body("/metrics"), Body("/metrics"));
        _feed.Publish(new HostSample(DateTimeOffset.UnixEpoch.AddSeconds(1)));
        var next = Body("/metrics");

        Assert.That(again, Is.EqualTo(first), "the same memory, for whoever asks");
        Assert.That(Encoding.UTF8.GetString(first.Span), Does.Contain("gpu_runtime_sample_timestamp_seconds 0\n"));
        Assert.That(Encoding.UTF8.GetString(next.Span), Does.Contain("gpu_runtime_sample_timestamp_seconds 1\n"));
    }

    private (int Status, string Text) Ask(string path)
    {
        var answer = _routes[path].Answer(new HttpQuestion("", ""));
        return (answer.Status, Encoding.UTF8.GetString(answer.Body.Span));
    }

    private ReadOnlyMemory<byte> Body(string path) => _routes[path].Answer(new HttpQuestion("", "")).Body;
}
