using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Monitoring.Attribution;

/// <summary>A process whose container is known.</summary>
/// <param name="Container"><see langword="null"/> for one of the host.</param>
/// <param name="Looked">When its cgroup was read.</param>
internal sealed record KnownProcess(ProcessIdentity Process, string Name, ContainerIdentity? Container, TimeSpan Looked);
