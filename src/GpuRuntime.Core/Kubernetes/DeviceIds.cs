using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Kubernetes;

/// <summary>
/// The ids by which the kubelet knows units: NVIDIA's UUIDs, which its other tools in a cluster go by, and places on the bus. AMD's unique ids are none:
/// partitions share them. <see cref="Monitoring.Attribution.DeviceId"/> reads them back.
/// </summary>
internal sealed class DeviceIds(ImmutableArray<HeldUnit> units)
{
    // The kubelet takes 63 characters, and a share's number comes behind.
    private const int LongestUuid = 50;

    private readonly HashSet<string> _ambiguous = [.. units.Select(unit => unit.Uuid).OfType<string>().GroupBy(uuid => uuid, StringComparer.OrdinalIgnoreCase).Where(same => same.Count() > 1).SelectMany(same => same)];

    public string Of(HeldUnit unit) =>
        unit.Gpu.Vendor == GpuVendor.Nvidia && unit.Uuid is { Length: > 0 and <= LongestUuid } uuid && uuid.All(IsOfUuid) && !_ambiguous.Contains(uuid) ? uuid : unit.Name;

    /// <summary>Of one of several turns at a unit, as NVIDIA's plugin numbers them.</summary>
    public string OfShare(HeldUnit unit, int share) => string.Create(CultureInfo.InvariantCulture, $"{Of(unit)}::{share}");

    /// <summary>Of one GiB of a unit's memory.</summary>
    public string OfSlice(HeldUnit unit, int slice) => string.Create(CultureInfo.InvariantCulture, $"{Of(unit)}::m{slice}");

    // MIG-GPU-<uuid>/<gi>/<ci> is the form of old drivers.
    private static bool IsOfUuid(char character) => char.IsAsciiLetterOrDigit(character) || character is '-' or '/';
}
