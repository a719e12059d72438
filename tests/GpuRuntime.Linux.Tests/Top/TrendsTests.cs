using System.Text;
using GpuRuntime.Agent.Top.Sources;
using GpuRuntime.Agent.Top.View;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Linux.Tests.Top;

/// <summary>Lines over time, which an agent knows the beginning of. The GPU of the samples is busy for 0.75 of the time and half full.</summary>
public sealed class TrendsTests
{
    private static readonly HostSample Now = TopSamples.Host;

    [TestCase(5, new[] { 0.1, 0.2, 0.75 })]
    [TestCase(2.5, new[] { 0.1, 0.1, 0.2, 0.2, 0.75 })]
    [TestCase(10, new[] { 0.2, 0.75 })]
    [TestCase(3600, new[] { 0.75 })]
    public void The_past_is_as_long_in_the_line_as_it_was(double intervalSeconds, double[] line) =>
        Assert.That(Begun(Past("0.1,0.2", "1,1"), TimeSpan.FromSeconds(intervalSeconds)).Utilization("amd:0"), Is.EqualTo(line.Select(value => (double?)value)));

    [Test]
    public void Memory_is_a_part_of_the_GPU_s_and_what_was_not_known_is_a_gap() =>
        Assert.That(Begun(Past("null,null,0.5", $"{16L << 30},null,{80L << 30}"), TimeSpan.FromSeconds(5)).Memory("amd:0"), Is.EqualTo((double?[])[0.25, null, 1, 0.5]));

    [Test]
    public void However_long_the_past_is_the_newest_points_are_kept()
    {
        var points = string.Join(',', Enumerable.Range(0, 720).Select(point => point < 719 ? "0.1" : "0.2"));

        var line = Begun(Past(points, points), TimeSpan.FromSeconds(5)).Utilization("amd:0");

        Assert.That((line.Count, line[0], line[^2], line[^1]), Is.EqualTo((240, (double?)0.1, (double?)0.2, (double?)0.75)));
    }

    [Test]
    public void A_GPU_that_was_not_there_begins_now() => Assert.That(Begun(Past("0.1", "1"), TimeSpan.FromSeconds(1)).Utilization("nvidia:0"), Is.EqualTo((double?[])[0.9]));

    [TestCase("{}")]
    [TestCase("""{"periodSeconds":0,"gpus":[]}""")]
    [TestCase("""{"periodSeconds":1e300,"gpus":[]}""")]
    [TestCase("""{"periodSeconds":5,"gpus":[{"utilizationRatio":[]}]}""")]
    [TestCase("""{"periodSeconds":5,"gpus":[{"id":"amd:0","utilizationRatio":["x"]}]}""")]
    [TestCase("nonsense")]
    public void What_is_no_past_is_told(string document) => Assert.That(() => Read(document), Throws.InstanceOf<FormatException>());

    private static Trends Begun(HostPast past, TimeSpan interval)
    {
        var trends = new Trends();
        trends.Begin(past, Now, interval);
        trends.Add(Now);
        return trends;
    }

    private static HostPast Past(string utilization, string memory) =>
        Read($$"""{"periodSeconds":5,"end":"2026-03-04T05:06:05Z","gpus":[{"id":"amd:0","utilizationRatio":[{{utilization}}],"memoryUsedBytes":[{{memory}}]}],"containers":[]}""");

    private static HostPast Read(string document) => PastReader.Read(Encoding.UTF8.GetBytes(document));
}
