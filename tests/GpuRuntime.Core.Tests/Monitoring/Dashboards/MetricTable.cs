using System.Buffers;
using System.Text;
using GpuRuntime.Core.Monitoring.Exposition;
using GpuRuntime.Core.Tests.Monitoring.Exposition;

namespace GpuRuntime.Core.Tests.Monitoring.Dashboards;

/// <summary>The metrics that the agent gives, with their labels, as they stand on the page of a host on which every metric has a value.</summary>
internal static class MetricTable
{
    /// <summary>Labels that Prometheus adds to what it scrapes.</summary>
    public static readonly string[] Target = ["job", "instance"];

    /// <summary>By name, and Prometheus's own two; labels without those of <see cref="Target"/>.</summary>
    public static IReadOnlyDictionary<string, string[]> Labels { get; } = new Dictionary<string, string[]>(OfPage()) { ["up"] = [], ["ALERTS"] = [] };

    private static IEnumerable<KeyValuePair<string, string[]>> OfPage()
    {
        var page = new ArrayBufferWriter<byte>();
        MetricPage.Write(MixedSample.Host, MixedSample.Subject, Metrics.All, MetricFormat.Prometheus, page);
        return PageSeries.OfPage(Encoding.UTF8.GetString(page.WrittenSpan), MetricFormat.Prometheus).GroupBy(series => series.Name)
            .Select(family => KeyValuePair.Create(family.Key, family.SelectMany(series => series.LabelNames).Distinct().ToArray()));
    }
}
