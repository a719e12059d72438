using System.Collections.Immutable;

namespace GpuRuntime.Core.Inventory;

/// <summary>One GPU of this host, or one partition of a GPU that is divided into several. What is not known is <see langword="null"/>.</summary>
public sealed record Gpu
{
    public required GpuVendor Vendor { get; init; }

    /// <summary>Position among this vendor's GPUs in PCI address order, partitions by their number, from 0. Never a device node's minor.</summary>
    public required int Index { get; init; }

    /// <summary>The PCI function; partitions of a GPU share it.</summary>
    public required PciAddress PciAddress { get; init; }

    /// <summary>Which partition of a divided GPU this is, from 0; <see langword="null"/> for a whole one.</summary>
    public int? Partition { get; init; }

    /// <summary>
    /// How an AMD GPU that can be divided is: its compute and memory partition modes in lower case, such as <c>cpx_nps4</c>, and <c>spx_nps1</c> for one in
    /// one piece. The same for all partitions of a GPU; told where it is described.
    /// </summary>
    public string? PartitionMode { get; init; }

    /// <summary>The vendor's identifier as its own tools print it: <c>GPU-8f2c...</c>, or AMD's <c>0x84CAFEAE17E7696</c>.</summary>
    public string? Uuid { get; init; }

    public string? Name { get; init; }

    /// <summary>PCI vendor and device id, such as <c>1002:740f</c>.</summary>
    public string? PciId { get; init; }

    /// <summary>PCI class and subclass, such as <c>0302</c>; told where the GPU is described.</summary>
    public string? PciClass { get; init; }

    /// <summary>The kernel driver that is bound: nvidia, amdgpu, radeon, i915, xe.</summary>
    public string? Driver { get; init; }

    public string? DriverVersion { get; init; }

    /// <summary>NUMA node; <see langword="null"/> where the kernel says -1.</summary>
    public int? NumaNode { get; init; }

    /// <summary>Device memory in bytes: of a partition what its driver lets it use, of a virtual function its quota.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Whether compute programs can use it. A GPU without graphics is still one; an AMD GPU that KFD does not know is for graphics alone.</summary>
    public bool HasCompute { get; init; } = true;

    /// <summary>Whether it is part of the processor; <see langword="null"/> where no file tells.</summary>
    public bool? IsIntegrated { get; init; }

    /// <summary>An SR-IOV physical function that hands itself out through virtual functions: given only where it is named.</summary>
    public bool OffersVirtualFunctions { get; init; }

    public bool IsVirtualFunction { get; init; }

    /// <summary>It stands for every GPU of a host that has one node for all of them (WSL2).</summary>
    public bool IsEveryGpu { get; init; }

    /// <summary>Position among the GPUs that KFD lists, from 0: the index of ROCm and HIP.</summary>
    public int? HipIndex { get; init; }

    /// <summary>The number of its node in KFD's topology.</summary>
    public int? KfdNode { get; init; }

    /// <summary>KFD's number of the hive that AMD's XGMI joins it to; <see langword="null"/> where nothing is joined to it.</summary>
    public ulong? XgmiHive { get; init; }

    /// <summary>How many compute units an AMD GPU or a partition of it has.</summary>
    public int? ComputeUnits { get; init; }

    /// <summary>Whether an AMD GPU's compute units come in pairs, of which none is used without the other (RDNA).</summary>
    public bool? HasPairedComputeUnits { get; init; }

    /// <summary>The nodes that compute needs and that belong to this GPU or its driver, as paths in the container (<c>/dev/nvidia3</c>, <c>/dev/kfd</c>).</summary>
    public ImmutableArray<DeviceNode> DeviceNodes { get; init; } = [];

    /// <summary>Nodes of the driver that compute needs besides, as far as they are there (<c>/dev/nvidiactl</c>); told where the GPU is described.</summary>
    public ImmutableArray<DeviceNode> DriverNodes { get; init; } = [];

    /// <summary>Card and render node of <c>/dev/dri</c>, paired by the device's own <c>drm/</c> directory.</summary>
    public ImmutableArray<DeviceNode> DrmNodes { get; init; } = [];

    /// <summary>Names of DRM nodes that the kernel has registered and <c>/dev/dri</c> has not.</summary>
    public ImmutableArray<string> MissingDrmNodes { get; init; } = [];

    /// <summary>Nodes for management tools alone, such as <c>/dev/mei0</c>: given where the capability <c>utility</c> is asked for.</summary>
    public ImmutableArray<DeviceNode> ManagementNodes { get; init; } = [];

    /// <summary>NVIDIA's MIG devices in index order: all of them on a host, the granted ones in a grant.</summary>
    public ImmutableArray<MigDevice> MigDevices { get; init; } = [];

    /// <summary>The minor of the render node.</summary>
    public int? RenderMinor { get; init; }

    /// <summary>The name that requests can use and messages print, such as <c>nvidia:0</c>.</summary>
    public string Id => $"{Vendor.Word()}:{Index}";
}
