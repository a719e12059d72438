namespace GpuRuntime.Core.Monitoring.Samples;

/// <summary>A container and who runs it.</summary>
/// <param name="Id">As its engine calls it; of most 64 hexadecimal digits.</param>
/// <param name="Engine"><c>docker</c>, <c>containerd</c>, <c>podman</c>, <c>cri-o</c>; <c>oci</c> where nobody but the low-level runtime is known.</param>
public sealed record ContainerIdentity(string Id, string Engine)
{
    /// <summary>The name that a person gave it, where the bundle tells it.</summary>
    public string? Name { get; init; }

    public string? Pod { get; init; }

    public string? PodNamespace { get; init; }

    public string? PodUid { get; init; }

    /// <summary>The container's name in its pod.</summary>
    public string? PodContainer { get; init; }
}
