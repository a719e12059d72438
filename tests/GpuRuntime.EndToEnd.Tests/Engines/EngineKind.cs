namespace GpuRuntime.EndToEnd.Tests;

/// <summary>The engines that the rows run on.</summary>
public enum EngineKind
{
    DockerOnCgroupV1,
    DockerOnCgroupV2,
    Containerd,
    Podman,
    RuncOnCgroupV1,
    RuncOnCgroupV2,
    Crun,

    /// <summary>Docker 26.1 of Debian trixie on cgroup v1, which reads CDI specifications once its configuration says so.</summary>
    Docker26,

    /// <summary>Docker 28.5 of Debian forky on cgroup v2, which reads them by default.</summary>
    Docker28,

    /// <summary>The machine's podman with CDI directories of a fixture's own.</summary>
    PodmanWithCdi,
}
