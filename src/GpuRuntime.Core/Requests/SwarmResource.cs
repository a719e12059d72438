namespace GpuRuntime.Core.Requests;

/// <summary>A variable that Swarm sets for a generic resource.</summary>
/// <param name="Explicit">The configuration names this very variable, so its value must be GPUs.</param>
public sealed record SwarmResource(string Name, string Value, bool Explicit);
