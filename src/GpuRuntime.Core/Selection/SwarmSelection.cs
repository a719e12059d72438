using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Selection;

/// <summary>
/// Swarm's generic resources (<c>DOCKER_RESOURCE_KIND=v1,v2</c>): named ones are GPUs, by what <c>gpu-runtime swarm advertise</c> names them by,
/// discrete ones a count. A resource takes the place of its own vendor's variable and leaves the other vendors' alone.
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
        // value is a GPU's whole UUID or its PCI address.
        if (!resource.NamesGpus && !items.Any(item => host.Any(gpu => IsWholeName(item, gpu))))
            return [];
        // A resource of a vendor that this host does not have says nothing of the others': the selection tells.
        if (vendor is { } absent && host.All(gpu => gpu.Vendor != absent))
            return items.Select(item => new DeviceSelector(SelectorKind.Uuid, absent, $"{resource.Name}={item}") { Uuid = item });
        return items.Select(item => Named(item, host) ?? throw new GpuRuntimeException(
            ErrorCode.GpuNotFound,
            $"{resource.Name}: {PrintableText.Quote(item)} is not a GPU of this host; run gpu-runtime swarm advertise for the names that daemon.json may hold. This host has {HostGpus.Describe(host)}."));
    }

    // A bare index is no name that Swarm can hold: to it a number is a count.
    private static DeviceSelector? Named(string item, ImmutableArray<Gpu> host)
    {
        var hasNvidia = host.Any(gpu => gpu.Vendor == GpuVendor.Nvidia);
        return SelectorGrammar.TryParse(item) switch
        {
            { Kind: SelectorKind.PciAddress } named => host.FirstOrDefault(gpu => gpu.PciAddress == named.Address) is { } gpu ? named with { Vendor = gpu.Vendor } : null,
            { Kind: SelectorKind.Index, Vendor: not null } named => host.Any(gpu => gpu.Vendor == named.Vendor && gpu.Index == named.First) && named.First == named.Last ? named : null,
            { NamesMigDevice: true } named => hasNvidia ? named with { Vendor = GpuVendor.Nvidia } : null,
            _ => GpuIdentity.NamedBy(item, host) is [var gpu, ..] gpus && GpuIdentity.Distinct(gpus) == 1 ? new DeviceSelector(SelectorKind.Uuid, gpu.Vendor, item) { Uuid = item } : null,
        };
    }

    private static bool IsWholeName(string item, Gpu gpu) =>
        GpuIdentity.HasUuid(gpu, item)
        || PciAddress.Parse(item) == gpu.PciAddress
        || (gpu.Vendor == GpuVendor.Nvidia && item.StartsWith("MIG-", StringComparison.OrdinalIgnoreCase));

    private static GpuVendor? VendorOf(string kind) =>
        kind.StartsWith("NVIDIA", StringComparison.OrdinalIgnoreCase) ? GpuVendor.Nvidia
        : kind.StartsWith("AMD", StringComparison.OrdinalIgnoreCase) ? GpuVendor.Amd
        : kind.StartsWith("INTEL", StringComparison.OrdinalIgnoreCase) ? GpuVendor.Intel
        : null;
}
