using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Cdi;
using GpuRuntime.Core.Cdi.Generation;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Monitoring.Attribution;

/// <summary>Which unit a device of the kubelet's is.</summary>
public static class DeviceId
{
    // NVIDIA's plugin numbers the shares of a GPU that is given to several: GPU-8f2c...::3. Ours does so too, and numbers GiB: GPU-8f2c...::m3.
    private const string ShareMark = "::";

    /// <param name="device">
    /// An id of a device plugin's: a UUID, a PCI address, our id or name of a unit, or Intel's <c>card0-1</c> (DRM card and share); or the qualified
    /// name of a CDI device.
    /// </param>
    /// <returns>Nothing for what is no GPU of this host; all MIG devices for a GPU that is divided into them.</returns>
    public static IEnumerable<HeldUnit> UnitsOf(string device, ImmutableArray<HeldUnit> units)
    {
        if (CdiName.TryParse(device) is not { } name)
        {
            var id = WithoutShare(device);
            return units.Where(unit => Is(unit, id) || IsPartOf(unit, id) || IsCard(unit, device));
        }

        return VendorOf(name.Vendor) is { } vendor
            ? units.Where(unit => unit.Gpu.Vendor == vendor
                && (name.Device == CdiDeviceNames.All || Is(unit, name.Device) || IsPartOf(unit, name.Device) || $"{vendor.Word()}:{name.Device}" is var id && (unit.Id == id || unit.Gpu.Id == id)))
            : [];
    }

    private static string WithoutShare(string device) => device.IndexOf(ShareMark, StringComparison.Ordinal) is > 0 and var mark ? device[..mark] : device;

    private static bool Is(HeldUnit unit, string id) =>
        unit.Name == id || unit.Id.Equals(id, StringComparison.OrdinalIgnoreCase) || (unit.Uuid is { } uuid && uuid.Equals(id, StringComparison.OrdinalIgnoreCase))
        || (unit is { MigDevice: null, Gpu.Partition: null } && PciAddress.Parse(id) == unit.Gpu.PciAddress);

    // Whoever has a divided GPU has each of its MIG devices.
    private static bool IsPartOf(HeldUnit unit, string id) =>
        unit.MigDevice is not null && (id.Equals(unit.Gpu.Uuid, StringComparison.OrdinalIgnoreCase) || id.Equals(unit.Gpu.Id, StringComparison.OrdinalIgnoreCase)
            || PciAddress.Parse(id) == unit.Gpu.PciAddress);

    private static bool IsCard(HeldUnit unit, string id)
    {
        var dash = id.IndexOf('-', StringComparison.Ordinal);
        return dash > 0 && id.StartsWith("card", StringComparison.Ordinal) && int.TryParse(id.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _)
            && unit.Gpu is { Vendor: GpuVendor.Intel, Partition: null } && unit.Gpu.DrmNodes.Any(node => node.Path == $"/dev/dri/{id[..dash]}");
    }

    // nvidia.com, k8s.device-plugin.nvidia.com.
    private static GpuVendor? VendorOf(string domain)
    {
        foreach (var vendor in Enum.GetValues<GpuVendor>())
        {
            var own = $"{vendor.Word()}.com";
            if (domain == own || domain.EndsWith($".{own}", StringComparison.Ordinal))
                return vendor;
        }

        return null;
    }
}
