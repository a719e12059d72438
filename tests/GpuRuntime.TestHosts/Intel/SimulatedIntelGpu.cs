using System.Collections.Immutable;

namespace GpuRuntime.TestHosts;

/// <summary>One PCI function with an Intel GPU.</summary>
public sealed record SimulatedIntelGpu
{
    /// <summary>Where every integrated GPU is.</summary>
    public const string IntegratedAddress = "0000:00:02.0";

    /// <summary>As sysfs writes it: 0000:0b:00.0.</summary>
    public required string PciAddress { get; init; }

    /// <summary>0xe20b is a B580, 0x56a5 an A380.</summary>
    public required string DeviceId { get; init; }

    public string Class { get; init; } = "0x030000";

    /// <summary>"i915", "xe", "vfio-pci", or null: nothing is bound.</summary>
    public string? Driver { get; init; }

    /// <summary>N of /dev/dri/cardN; null, like the render number, without a graphics driver.</summary>
    public int? CardNumber { get; init; }

    /// <summary>N of /dev/dri/renderDN.</summary>
    public int? RenderNumber { get; init; }

    /// <summary>-1: unknown.</summary>
    public int NumaNode { get; init; }

    /// <summary>N of /dev/meiN; null for a card without a management engine of its own.</summary>
    public int? Mei { get; init; }

    /// <summary>What sriov_numvfs says; null for what is no physical function.</summary>
    public int? NumberOfVfs { get; init; }

    /// <summary>Address of the physical function, on a virtual one.</summary>
    public string? PhysicalFunction { get; init; }

    /// <summary>On a physical function: bytes of local memory for vf1, vf2 and so on, in sriov_admin of xe since Linux 7.0.</summary>
    public ImmutableArray<ulong> VramQuotas { get; init; } = [];

    /// <summary>On xe: bytes of local memory, one for each tile. Sysfs does not tell; the dmem controller of cgroups does.</summary>
    public ImmutableArray<ulong> TileBytes { get; init; } = [];

    /// <summary>A discrete card with clocks, throttling, and a chip of hwmon.</summary>
    public bool HasSensors { get; init; }

    public int? IommuGroup { get; init; }

    internal DrmMinors? Drm => CardNumber is { } card ? new DrmMinors(card, RenderNumber) : null;

    public override string ToString() =>
        $"Intel {DeviceId} {PciAddress} {Driver ?? "without driver"}" + (Drm is { } drm ? $" card{drm.Card} renderD{drm.Render}" : "");
}
