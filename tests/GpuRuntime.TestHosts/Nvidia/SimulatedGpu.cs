namespace GpuRuntime.TestHosts;

/// <summary>One GPU of a simulated host. Index, minor and DRM numbers differ on purpose: code that mixes them up fails.</summary>
public sealed record SimulatedGpu
{
    /// <summary>NVML's index: position by PCI address among the GPUs that are not excluded; -1 for an excluded one.</summary>
    public required int Index { get; init; }

    /// <summary>N of /dev/nvidiaN.</summary>
    public required int Minor { get; init; }

    public required string Uuid { get; init; }

    /// <summary>As sysfs writes it: 0000:1b:00.0.</summary>
    public required string PciAddress { get; init; }

    public required string Name { get; init; }

    public required int NumaNode { get; init; }

    /// <summary>N of /dev/dri/cardN.</summary>
    public required int CardNumber { get; init; }

    /// <summary>N of /dev/dri/renderDN.</summary>
    public required int RenderNumber { get; init; }

    public bool Excluded { get; init; }

    public override string ToString() => $"{Index}: {Name} {Uuid} {PciAddress} minor {Minor}";
}
