using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using GpuRuntime.Core.Monitoring.Exposition;

namespace GpuRuntime.Core.Tests.Monitoring.Exposition;

/// <summary>What is served of one host, whole, in Golden/: written out for people to compare with <see cref="MixedSample"/>.</summary>
public sealed class WholePageTests
{
    private static readonly string[] OfTheHost = ["gpu_runtime_build_info", "gpu_runtime_sample_timestamp_seconds", "gpu_runtime_sample_duration_seconds"];

    [TestCase(MetricFormat.Prometheus, "prometheus.txt")]
    [TestCase(MetricFormat.OpenMetrics, "openmetrics.txt")]
    public void The_page_is_the_one_on_file(MetricFormat format, string name) => Assert.That(Page(format, Metrics.All), Is.EqualTo(Golden(name)));

    [Test]
    public void With_the_other_exporters_names_its_page_follows_our_own() =>
        Assert.That(Page(MetricFormat.Prometheus, [.. Metrics.All, .. DcgmMetrics.All]), Is.EqualTo(Golden("prometheus.txt") + Golden("dcgm.txt")));

    // Its counters have no ending, without which OpenMetrics has no counter.
    [Test]
    public void The_other_exporters_counters_are_of_no_known_type_to_OpenMetrics() =>
        Assert.That(Page(MetricFormat.OpenMetrics, DcgmMetrics.All), Is.EqualTo(Golden("dcgm.txt").Replace(" counter\n", " unknown\n", StringComparison.Ordinal) + "# EOF\n"));

    [Test]
    public void The_JSON_is_the_one_on_file()
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true }))
            SampleJson.Write(json, MixedSample.Host);

        Assert.That(Encoding.UTF8.GetString(output.WrittenSpan) + "\n", Is.EqualTo(Golden("gpus.json")));
    }

    [TestCase(MetricFormat.Prometheus)]
    [TestCase(MetricFormat.OpenMetrics)]
    public void Every_metric_of_the_agents_stands_there_once_in_its_order(MetricFormat format)
    {
        var series = PageSeries.OfPage(Page(format, Metrics.All), format).Select(series => series.Name).ToList();

        Assert.That(series.Where((name, index) => index == 0 || series[index - 1] != name), Is.EqualTo(Metrics.All.Select(family => family.Name)));
    }

    [Test]
    public void Every_series_but_the_hosts_says_which_GPU_it_is_of_first() =>
        Assert.That(
            PageSeries.OfPage(Page(MetricFormat.Prometheus, Metrics.All), MetricFormat.Prometheus).Where(series => !OfTheHost.Contains(series.Name)).Select(series => string.Join(' ', series.LabelNames.Take(2))),
            Has.All.EqualTo("vendor gpu"));

    [Test]
    public void No_two_series_are_the_same() =>
        Assert.That(
            PageSeries.OfPage(Page(MetricFormat.Prometheus, [.. Metrics.All, .. DcgmMetrics.All]), MetricFormat.Prometheus).Select(series => $"{series.Name} {string.Join(' ', series.Labels)}"),
            Is.Unique);

    // OpenMetrics has rules for names that Prometheus's own format has not: a family's name may be no other's with an ending.
    [Test]
    public void Names_keep_to_the_rules_of_OpenMetrics()
    {
        var names = Metrics.All.Select(family => family.BaseName).ToHashSet();
        string[] endings = ["_total", "_created", "_count", "_sum", "_bucket", "_gcount", "_gsum"];

        Assert.That(names, Has.Count.EqualTo(Metrics.All.Length));
        Assert.That(names.SelectMany(name => endings.Select(ending => name + ending)).Where(names.Contains), Is.Empty);
        Assert.That(Metrics.All.Where(family => (family.Type == MetricType.Counter) != family.Name.EndsWith("_total", StringComparison.Ordinal)), Is.Empty);
    }

    private static string Page(MetricFormat format, ImmutableArray<MetricFamily> families)
    {
        var output = new ArrayBufferWriter<byte>();
        MetricPage.Write(MixedSample.Host, MixedSample.Subject, families, format, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static string Golden(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Monitoring/Exposition/Golden", name));
}
