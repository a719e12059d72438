namespace GpuRuntime.Security.Tests.Containers;

/// <summary>The ways in which an engine has our programs work on a container.</summary>
public enum HookVerb
{
    /// <summary>It reads what the container asks for from its bundle, and gives all of it.</summary>
    Prestart,

    /// <summary>It is in a CDI specification of ours: the engine gives nodes and files, the hook what CDI has no words for.</summary>
    Cdi,

    /// <summary>No hook at all: gpu-runtime is the engine's runtime, and edits the bundle before it becomes runc.</summary>
    Runtime,
}
