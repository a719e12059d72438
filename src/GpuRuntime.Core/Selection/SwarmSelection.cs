using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Selection;

/// <summary>
/// Swarm's generic resources (<c>DOCKER_RESOURCE_KIND=v1,v2</c>): named ones are GPUs' UUIDs, discrete ones a count. A resource takes the
/// place of its own vendor's variable and leaves the other vendors' alone.
/// </summary>
internal static class SwarmSelection
{
    public static ImmutableArray<DeviceSelector> Read(ImmutableArray<SwarmResource> resources, ImmutableArray<Gpu> host) =>
        [.. resources.SelectMany(resource => Read(resource, host))];

    public static ImmutableArray<DeviceSelector> Merge(ImmutableArray<DeviceSelector> selectors, ImmutableArray<DeviceSelector> swarm)
    {
        if (swarm.IsEmpty)
            return selectors;
        return swarm.Any(selector => selector.Vendor is null)
            ? swarm
            : [.. selectors.Where(selector => swarm.All(own => own.Vendor != selector.Vendor)), .. swarm];
    }

    private static IEnumerable<DeviceSelector> Read(SwarmResource resource, ImmutableArray<Gpu> host)
    {
        var vendor = VendorOf(resource.Kind);
        var items = resource.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (items is [var single] && int.TryParse(single, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            return resource.NamesGpus && count > 0 ? [new DeviceSelector(SelectorKind.Count, vendor, $"{resource.Name}={count}") { First = count }] : [];

        // Resources of other kinds (licences, FPGAs) are none of our business, unless the configuration says that they are GPUs, or their
        // value is a GPU's whole UUID.
        if (!resource.NamesGpus && items.All(item => !host.Any(gpu => GpuIdentity.HasUuid(gpu, item))))
            return [];
        // A resource of a vendor that this host does not have says nothing of the others': the selection tells.
        if (vendor is { } absent && host.All(gpu => gpu.Vendor != absent))
            return items.Select(item => new DeviceSelector(SelectorKind.Uuid, absent, $"{resource.Name}={item}") { Uuid = item });
        if (items.FirstOrDefault(item => GpuIdentity.Distinct(GpuIdentity.NamedBy(item, host)) != 1) is { } stranger)
            throw new GpuRuntimeException(
                ErrorCode.GpuNotFound, $"{resource.Name}: {PrintableText.Quote(stranger)} is not the UUID of a GPU of this host. This host has {HostGpus.Describe(host)}.");
        return items.Select(item => new DeviceSelector(SelectorKind.Uuid, GpuIdentity.NamedBy(item, host)[0].Vendor, item) { Uuid = item });
    }

    private static GpuVendor? VendorOf(string kind) =>
        kind.StartsWith("NVIDIA", StringComparison.OrdinalIgnoreCase) ? GpuVendor.Nvidia
        : kind.StartsWith("AMD", StringComparison.OrdinalIgnoreCase) ? GpuVendor.Amd
        : kind.StartsWith("INTEL", StringComparison.OrdinalIgnoreCase) ? GpuVendor.Intel
        : null;
}
