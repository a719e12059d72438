using GpuRuntime.Agent.Monitoring;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Top;

/// <summary>What <c>top</c> shares with the service.</summary>
/// <param name="Sampler">Makes what reads the GPUs of this host.</param>
/// <param name="Json">The document of <c>/api/v1/gpus</c>.</param>
/// <param name="Metrics">The page of <c>/metrics</c>, under these names too.</param>
internal sealed record TopParts(Func<RuntimeConfiguration, HostSampler> Sampler, Func<HostSample, string> Json, Func<HostSample, MetricNames, string> Metrics);
