namespace GpuRuntime.Core.Monitoring.Exposition;

public enum MetricType
{
    Gauge,

    /// <summary>It rises, and begins again where its source does.</summary>
    Counter,
}

/// <summary>One metric: its name is what dashboards are made of, and never changes.</summary>
/// <param name="Name">With the ending <c>_total</c> of counters.</param>
/// <param name="Help">One sentence without its end.</param>
/// <param name="Series">Writes its series of a sample; none for what is not known.</param>
public sealed record MetricFamily(string Name, MetricType Type, string Help, Action<MetricPage> Series)
{
    private const string CounterEnding = "_total";

    // Those that names end in. https://prometheus.io/docs/practices/naming/#base-units
    private static readonly string[] Units = ["bytes", "ratio", "celsius", "watts", "joules", "hertz", "volts", "seconds"];

    /// <summary>The name as OpenMetrics has it, in which the ending belongs to the series and not to the family.</summary>
    public string BaseName => Type == MetricType.Counter && Name.EndsWith(CounterEnding, StringComparison.Ordinal) ? Name[..^CounterEnding.Length] : Name;

    /// <summary>The unit that the name ends in; <see langword="null"/> for a number of things.</summary>
    public string? Unit => Array.Find(Units, unit => BaseName.EndsWith($"_{unit}", StringComparison.Ordinal));
}
