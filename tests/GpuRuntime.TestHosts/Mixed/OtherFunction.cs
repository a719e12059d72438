namespace GpuRuntime.TestHosts;

/// <summary>A function on the bus that none of the vendors' own drivers holds: bound to nothing, to vfio-pci, or to nouveau.</summary>
public sealed record OtherFunction
{
    /// <summary>As sysfs writes it: 0000:0b:00.0.</summary>
    public required string PciAddress { get; init; }

    /// <summary>As sysfs writes it: 0x10de.</summary>
    public required string VendorId { get; init; }

    public required string DeviceId { get; init; }

    public required string Class { get; init; }

    /// <summary>Null: nothing is bound.</summary>
    public string? Driver { get; init; }

    public int? IommuGroup { get; init; }

    /// <summary>N of /dev/dri/cardN, for a graphics driver.</summary>
    public int? CardNumber { get; init; }

    /// <summary>N of /dev/dri/renderDN.</summary>
    public int? RenderNumber { get; init; }

    internal DrmMinors? Drm => CardNumber is { } card ? new DrmMinors(card, RenderNumber) : null;

    internal PciFunction Function => new()
    {
        Address = PciAddress,
        Vendor = VendorId,
        Device = DeviceId,
        Class = Class,
        SubsystemVendor = VendorId,
        SubsystemDevice = "0x0000",
        Driver = Driver,
        IommuGroup = IommuGroup,
    };

    public override string ToString() => $"{VendorId}:{DeviceId} {PciAddress} {Driver ?? "without driver"}";
}
