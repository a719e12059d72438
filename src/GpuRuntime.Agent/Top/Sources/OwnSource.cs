using GpuRuntime.Agent.Monitoring;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Top.Sources;

/// <summary>The GPUs themselves, read by this process.</summary>
/// <param name="sampler">Owned by this.</param>
internal sealed class OwnSource(HostSampler sampler) : ISampleSource
{
    public string Name => "no agent";

    public HostSample Take() => sampler.Pass();

    public HostPast Past() => HostPast.None;

    public void Dispose() => sampler.Dispose();
}
