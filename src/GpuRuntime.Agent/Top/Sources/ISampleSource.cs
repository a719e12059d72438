using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Top.Sources;

/// <summary>Where samples come from: an agent that runs, or the GPUs themselves.</summary>
internal interface ISampleSource : IDisposable
{
    /// <summary>For people: <c>agent 127.0.0.1:9400</c>, <c>no agent</c>.</summary>
    string Name { get; }

    /// <summary>Takes one sample; called by one thread at a time.</summary>
    /// <exception cref="GpuRuntimeException">There is none at this moment.</exception>
    HostSample Take();

    /// <summary>What is known of the time before; called by the same thread.</summary>
    HostPast Past();
}
