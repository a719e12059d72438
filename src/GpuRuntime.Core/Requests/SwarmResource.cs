using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Requests;

/// <summary>A variable that Swarm sets for a generic resource.</summary>
/// <param name="Explicit">The configuration names this very variable, so its value must be GPUs.</param>
public sealed record SwarmResource(string Name, string Value, bool Explicit)
{
    private const string Prefix = "DOCKER_RESOURCE_";

    /// <summary>What the administrator called it: the <c>AMD_GPU</c> of <c>DOCKER_RESOURCE_AMD_GPU</c>.</summary>
    public string Kind => Name.StartsWith(Prefix, StringComparison.Ordinal) ? Name[Prefix.Length..] : Name;

    /// <summary>Its name says that it holds GPUs: <c>AMD_GPU</c>, or a vendor and no more. Of any other its value has to say so.</summary>
    public bool NamesGpus => Explicit || Kind.Contains("GPU", StringComparison.OrdinalIgnoreCase) || GpuVendors.Parse(Kind) is not null;
}
