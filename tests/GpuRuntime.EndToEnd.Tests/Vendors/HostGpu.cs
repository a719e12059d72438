using System.Collections.Immutable;

namespace GpuRuntime.EndToEnd.Tests.Vendors;

/// <summary>A GPU that a host has, whoever made it, from what the host was made of.</summary>
/// <param name="Id">As requests name it: amd:1.</param>
/// <param name="PciAddress">Null for a partition that has no address of its own.</param>
/// <param name="Nodes">What a container must have to compute with it, as paths in the container. Of AMD's and Intel's all of <paramref name="DrmNodes"/> are among them.</param>
/// <param name="DrmNodes">The card and the render node.</param>
internal sealed record HostGpu(string Id, string? PciAddress, ImmutableArray<string> Nodes, ImmutableArray<string> DrmNodes)
{
    public string Vendor => Id.Split(':')[0];

    /// <summary>Its links in /dev/dri/by-path, and what they say.</summary>
    public IEnumerable<string> ByPathLinks => PciAddress is null ? [] :
    [
        $"pci-{PciAddress}-card -> ../{Path.GetFileName(DrmNodes[0])}",
        $"pci-{PciAddress}-render -> ../{Path.GetFileName(DrmNodes[1])}",
    ];

    public override string ToString() => Id;
}
