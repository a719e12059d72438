using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Monitoring;

/// <summary>Nothing could be read of a GPU, and its driver says that this is the GPU's own fault.</summary>
/// <param name="message">A sentence without its end.</param>
internal sealed class GpuFaultException(GpuFault fault, string message) : Exception(message)
{
    public GpuFault Fault { get; } = fault;
}
