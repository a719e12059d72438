namespace GpuRuntime.Security.Tests.Containers;

/// <summary>The ways in which an engine has our hook work on a container.</summary>
public enum HookVerb
{
    /// <summary>It reads what the container asks for from its bundle, and gives all of it.</summary>
    Prestart,

    /// <summary>It is in a CDI specification of ours: the engine gives nodes and files, the hook what CDI has no words for.</summary>
    Cdi,
}
