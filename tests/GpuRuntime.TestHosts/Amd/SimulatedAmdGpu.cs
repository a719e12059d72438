namespace GpuRuntime.TestHosts;

/// <summary>One PCI function with an AMD GPU.</summary>
public sealed record SimulatedAmdGpu
{
    /// <summary>As sysfs writes it: 0000:63:00.0.</summary>
    public required string PciAddress { get; init; }

    /// <summary>0x740f is an MI210, 0x74a1 an MI300X.</summary>
    public required string DeviceId { get; init; }

    /// <summary>0x0300xx, 0x0380xx (MI2xx, Strix) or 0x1200xx (MI300).</summary>
    public string Class { get; init; } = "0x030000";

    /// <summary>0: the hardware has none, and its sysfs file is empty.</summary>
    public ulong UniqueId { get; init; }

    /// <summary>"amdgpu", or "radeon", which has neither KFD node nor unique_id.</summary>
    public string Driver { get; init; } = "amdgpu";

    /// <summary>N of /dev/dri/cardN.</summary>
    public required int CardNumber { get; init; }

    /// <summary>N of /dev/dri/renderDN.</summary>
    public required int RenderNumber { get; init; }

    /// <summary>-1: unknown.</summary>
    public int NumaNode { get; init; }

    /// <summary>Null: no such file, as on most consumer cards.</summary>
    public string? ProductName { get; init; }

    /// <summary>False: KFD does not know the GPU, so it has graphics only.</summary>
    public bool HasKfd { get; init; } = true;

    /// <summary>Live partitions, the PCI function's own among them; 1 is a GPU in one piece.</summary>
    public int Partitions { get; init; } = 1;

    /// <summary>Further xcp devices with DRM nodes that no KFD node names.</summary>
    public int DeadSlots { get; init; }

    public PartitionUniqueIds PartitionUniqueIds { get; init; } = PartitionUniqueIds.Shared;

    /// <summary>NPS1, NPS2, NPS4 and so on. Written for GPUs that can be partitioned.</summary>
    public string MemoryPartition { get; init; } = "NPS1";

    /// <summary>An APU: its gpu_metrics file has format 2.</summary>
    public bool Integrated { get; init; }

    /// <summary>Bytes; partitions have equal shares of it.</summary>
    public ulong VramBytes { get; init; } = 16UL << 30;

    /// <summary>hive_id: GPUs with the same one are joined by XGMI, each to each; 0 for none.</summary>
    public ulong Hive { get; init; }

    /// <summary>90010 is gfx90a, 90402 gfx942, 110003 gfx1103.</summary>
    public int GfxTargetVersion { get; init; } = 110000;

    /// <summary>What it measures; null: nothing beside the size and use of its memory.</summary>
    public AmdSensorFiles? Sensors { get; init; }

    internal bool IsAmdgpu => Driver == "amdgpu";

    internal bool CanBePartitioned => Partitions > 1 || Class.StartsWith("0x12", StringComparison.Ordinal);

    public override string ToString() => $"AMD {DeviceId} {PciAddress} {Driver} card{CardNumber} renderD{RenderNumber}";
}
