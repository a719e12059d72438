namespace GpuRuntime.Security.Tests.Tools;

/// <summary>The series of a page of metrics, as https://prometheus.io/docs/instrumenting/exposition_formats/ has them, and their values.</summary>
internal sealed class MetricPage(string text)
{
    // What may change on a host on which nothing does: what tells of the readings themselves.
    private static readonly string[] OfReadings = ["gpu_runtime_sample_timestamp_seconds", "gpu_runtime_sample_duration_seconds", "gpu_runtime_scrape_errors_total"];

    // A GPU that could not be read is not up.
    private static readonly string[] OfSuccess = ["gpu_runtime_up"];

    private readonly Dictionary<string, string> _values = text.Split('\n')
        .Where(static line => line.Length > 0 && line[0] != '#' && !OfReadings.Any(name => line.StartsWith(name, StringComparison.Ordinal)))
        .ToDictionary(static line => line[..line.LastIndexOf(' ')], static line => line[(line.LastIndexOf(' ') + 1)..], StringComparer.Ordinal);

    public int Count => _values.Count;

    /// <summary>What it says that is not so.</summary>
    public IEnumerable<string> Untrue(MetricPage truth) =>
        from series in _values
        let value = truth._values.GetValueOrDefault(series.Key)
        where value != series.Value
        where !(series.Value == "0" && OfSuccess.Any(name => series.Key.StartsWith(name, StringComparison.Ordinal)))
        select $"{series.Key} is {series.Value}, not {value ?? "there"}";

    /// <summary>What it does not say.</summary>
    public IEnumerable<string> Missing(MetricPage truth) => truth._values.Keys.Except(_values.Keys);
}
