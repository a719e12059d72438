using System.Globalization;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Cdi.Generation;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Selection;

namespace GpuRuntime.Core.Kubernetes;

/// <summary>
/// What a unit is called where a container gets it: by a name that no other unit has and that stays its own, and by its index where there is none.
/// </summary>
internal static class UnitNames
{
    /// <summary>In a request of ours: <c>GPU-8f2c...</c>, <c>0000:03:00.0</c>, <c>amd:3</c>.</summary>
    public static string InRequest(HeldUnit unit, PluginResource resource) => OwnName(unit, resource) ?? unit.Id;

    /// <summary>In the vendor's variable, where an index needs no vendor: <c>3</c>, <c>0:1</c>.</summary>
    public static string InVariable(HeldUnit unit, PluginResource resource) => OwnName(unit, resource) ?? IndexOf(unit);

    /// <summary>
    /// The qualified name in the specifications of <c>gpu-runtime cdi generate</c>: a whole GPU by its PCI address, which is always there, while a UUID
    /// is known only once something has used the GPU.
    /// </summary>
    public static string InSpecification(HeldUnit unit, PluginResource resource)
    {
        var name = unit.Gpu.IsEveryGpu ? CdiDeviceNames.All
            : unit.MigDevice is { } device ? DeviceUuid(device)
            : unit.Gpu.Partition is null ? unit.Gpu.PciAddress.ToString()
            : PartitionUuid(unit, resource);
        return $"{unit.Gpu.Vendor.CdiKind()}={name ?? IndexOf(unit)}";
    }

    private static string? OwnName(HeldUnit unit, PluginResource resource) =>
        unit.Gpu.IsEveryGpu ? null
        : unit.MigDevice is { } device ? DevicePlace(unit.Gpu, device)
        : unit.Gpu is { Vendor: GpuVendor.Nvidia, Uuid: { } uuid } ? uuid
        : unit.Gpu.Partition is null ? unit.Gpu.PciAddress.ToString()
        : PartitionUuid(unit, resource);

    private static string IndexOf(HeldUnit unit) => unit.Id[(unit.Gpu.Vendor.Word().Length + 1)..];

    // The form of old drivers: the driver's own files tell what it means, while a MIG UUID takes what nvidia-smi said after the last change.
    private static string? DevicePlace(Gpu gpu, MigDevice device) =>
        gpu.Uuid is { } uuid ? string.Create(CultureInfo.InvariantCulture, $"MIG-{uuid}/{device.GpuInstance}/{device.ComputeInstance}") : null;

    // That form has slashes, which no name in a specification can have.
    private static string? DeviceUuid(MigDevice device) => device.Uuid is { } uuid && !uuid.Contains('/', StringComparison.Ordinal) ? uuid : null;

    private static string? PartitionUuid(HeldUnit unit, PluginResource resource) =>
        unit.Gpu.Uuid is { } uuid && !resource.Devices.Any(other => other.Unit.Name != unit.Name && GpuIdentity.HasUuid(other.Unit.Gpu, uuid)) ? uuid : null;
}
