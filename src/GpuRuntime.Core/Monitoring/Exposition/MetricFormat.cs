namespace GpuRuntime.Core.Monitoring.Exposition;

/// <summary>How a page of metrics is written.</summary>
public enum MetricFormat
{
    /// <summary>https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format</summary>
    Prometheus,

    /// <summary>https://prometheus.io/docs/specs/om/open_metrics_spec/</summary>
    OpenMetrics,
}
