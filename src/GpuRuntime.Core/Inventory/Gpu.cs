using System.Collections.Immutable;

namespace GpuRuntime.Core.Inventory;

/// <summary>One GPU of this host. What is not known is <see langword="null"/>.</summary>
public sealed record Gpu
{
    public required GpuVendor Vendor { get; init; }

    /// <summary>Position among this vendor's GPUs in PCI address order, from 0. Never a device node's minor.</summary>
    public required int Index { get; init; }

    public required PciAddress PciAddress { get; init; }

    /// <summary>The vendor's UUID in its usual letter case, such as <c>GPU-8f2c...</c>.</summary>
    public string? Uuid { get; init; }

    public string? Name { get; init; }

    /// <summary>The kernel driver that is bound: nvidia, amdgpu, i915, xe.</summary>
    public string? Driver { get; init; }

    public string? DriverVersion { get; init; }

    /// <summary>NUMA node; <see langword="null"/> where the kernel says -1.</summary>
    public int? NumaNode { get; init; }

    /// <summary>Device memory in bytes.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>The nodes that compute needs, as paths in the container (<c>/dev/nvidia3</c>).</summary>
    public ImmutableArray<DeviceNode> DeviceNodes { get; init; } = [];

    /// <summary>Card and render node of <c>/dev/dri</c>, paired by the device's own <c>drm/</c> directory.</summary>
    public ImmutableArray<DeviceNode> DrmNodes { get; init; } = [];

    /// <summary>MIG instances and partitions; empty where there are none or this version does not look.</summary>
    public ImmutableArray<string> Partitions { get; init; } = [];

    /// <summary>The name that requests can use and messages print, such as <c>nvidia:0</c>.</summary>
    public string Id => $"{Vendor.Word()}:{Index}";
}
