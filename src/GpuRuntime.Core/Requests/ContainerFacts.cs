using System.Collections.Immutable;

namespace GpuRuntime.Core.Requests;

/// <summary>What a container's configuration says that can ask for GPUs.</summary>
public sealed record ContainerFacts
{
    public required ContainerEnvironment Environment { get; init; }

    public ImmutableDictionary<string, string> Annotations { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>User and group of the first process, by their numbers in the container.</summary>
    public (uint Uid, uint Gid) Process { get; init; }

    /// <summary>CAP_SYS_ADMIN is in the bounding set: what NVIDIA's tools call privileged.</summary>
    public bool Privileged { get; init; }
}
