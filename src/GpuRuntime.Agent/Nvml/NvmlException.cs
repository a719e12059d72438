namespace GpuRuntime.Agent.Nvml;

/// <summary>An NVML call that failed: which, and what the library says of it.</summary>
internal sealed class NvmlException(NvmlStatus status, string message) : Exception(message)
{
    public NvmlStatus Status => status;
}
