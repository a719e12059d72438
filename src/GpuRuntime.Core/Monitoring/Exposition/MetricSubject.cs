namespace GpuRuntime.Core.Monitoring.Exposition;

/// <summary>Who serves metrics.</summary>
/// <param name="Version">Of the agent.</param>
/// <param name="Hostname">Of the machine, for names of metrics that carry it.</param>
public sealed record MetricSubject(string Version, string Hostname);
