using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Monitoring.Attribution;

/// <summary>Engines choose ids by themselves: two may have the same.</summary>
internal readonly record struct ContainerKey(string Id, string Engine)
{
    public static ContainerKey Of(ContainerIdentity container) => new(container.Id, container.Engine);
}
