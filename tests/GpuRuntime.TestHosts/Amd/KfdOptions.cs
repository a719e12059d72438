namespace GpuRuntime.TestHosts;

/// <summary>The host's compute driver.</summary>
public sealed record KfdOptions
{
    /// <summary>Allotted when the module is loaded: 235, 237 and 239 were seen.</summary>
    public int Major { get; init; } = DriverNumbers.Kfd;

    /// <summary>KFD numbers the GPUs against the order of their PCI addresses.</summary>
    public bool ReversedNodes { get; init; }

    /// <summary>Old kernels: no "domain" line in the properties.</summary>
    public bool OmitsDomain { get; init; }
}
