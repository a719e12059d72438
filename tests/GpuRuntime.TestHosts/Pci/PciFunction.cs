namespace GpuRuntime.TestHosts;

/// <summary>One PCI function, its numbers in sysfs's spelling (0x10de).</summary>
internal sealed record PciFunction
{
    public required string Address { get; init; }

    public required string Vendor { get; init; }

    public required string Device { get; init; }

    public required string Class { get; init; }

    public required string SubsystemVendor { get; init; }

    public required string SubsystemDevice { get; init; }

    public string Revision { get; init; } = "0x00";

    /// <summary>Null: nothing is bound.</summary>
    public string? Driver { get; init; }

    /// <summary>-1: unknown.</summary>
    public int NumaNode { get; init; }

    public string LinkSpeed { get; init; } = "32.0 GT/s PCIe";

    public string LinkWidth { get; init; } = "16";

    public int? IommuGroup { get; init; }

    public SriovCapability? Sriov { get; init; }

    /// <summary>Address of the function that this one is a virtual function of.</summary>
    public string? PhysicalFunction { get; init; }
}
