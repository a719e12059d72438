namespace GpuRuntime.Core.Engines;

/// <summary>An engine whose configuration can name us as a runtime.</summary>
public enum EngineKind
{
    Docker,
    Containerd,
    Crio,
    Podman,
}
