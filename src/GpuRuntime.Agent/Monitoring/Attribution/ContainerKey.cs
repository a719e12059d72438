using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Monitoring.Attribution;

/// <summary>Engines choose ids by themselves: two may have the same.</summary>
internal readonly record struct ContainerKey(string Id, string Engine)
{
    // Nobody but the low-level runtime is known.
    private const string Oci = "oci";

    public static ContainerKey Of(ContainerIdentity container) => new(container.Id, container.Engine);

    /// <summary>Whether two accounts may be of one container: a bundle at no engine's place tells no engine, which the cgroup does, and the other way round.</summary>
    public static bool MayBeSame(ContainerIdentity first, ContainerIdentity second) =>
        first.Id == second.Id && (first.Engine == second.Engine || first.Engine == Oci || second.Engine == Oci);
}
