using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Linux.Monitoring;

namespace GpuRuntime.Agent.Monitoring.Attribution;

/// <summary>A process whose container is known.</summary>
/// <param name="Container"><see langword="null"/> for one of the host.</param>
/// <param name="Looked">When its cgroup was read.</param>
/// <param name="Mark">Taken before anything else was read.</param>
internal sealed record KnownProcess(ProcessIdentity Process, string Name, ContainerIdentity? Container, TimeSpan Looked, ProcessMark? Mark)
{
    /// <summary>Whether a process of this number that uses a GPU now is it, as far as that can be told for little.</summary>
    public bool IsSurely(GpuProcess process, KernelFiles proc) =>
        process.StartTime is { } start ? start == Process.StartTime : Mark is { } mark && ProcessMark.Of(proc, process.Pid) == mark;
}
