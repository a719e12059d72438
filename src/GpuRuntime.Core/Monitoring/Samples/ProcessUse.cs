using GpuRuntime.Core.Allocation;

namespace GpuRuntime.Core.Monitoring.Samples;

/// <summary>A process's use of one GPU or MIG device, and whose process it is.</summary>
/// <param name="Process">The process, and no later one with its number.</param>
/// <param name="Name">Its command's name (<c>/proc/PID/comm</c>): whoever runs it chooses it, control characters and all.</param>
/// <param name="Use">What the driver tells.</param>
public sealed record ProcessUse(ProcessIdentity Process, string Name, GpuProcess Use)
{
    /// <summary><see langword="null"/> for a process of the host.</summary>
    public ContainerIdentity? Container { get; init; }
}
