using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Serving;

/// <summary>Does something with each sample that the service takes, until it is disposed of.</summary>
internal interface ISampleReader : IDisposable
{
    /// <summary>Called on the sampling thread: it must not wait for anybody.</summary>
    void Take(HostSample sample);
}
