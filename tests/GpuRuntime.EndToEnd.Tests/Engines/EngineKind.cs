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
}
