using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Kubernetes;

/// <summary>
/// Which devices of a resource go best together: units that are closest to each other, shares of different units with the most free ones, GiB of that
/// unit which has the fewest left when it has given them.
/// </summary>
public static class PreferredDevices
{
    /// <param name="available">Ids of the resource, those of <paramref name="wanted"/> among them.</param>
    /// <param name="wanted">Ids that are part of the answer in any case.</param>
    /// <param name="count">How many ids the answer has.</param>
    /// <param name="links">Those of the host.</param>
    /// <returns>In the resource's order. The order of the ids and links changes nothing.</returns>
    /// <exception cref="GpuRuntimeException">
    /// <see cref="ErrorCode.GpuNotFound"/>: an id is none of the resource's. <see cref="ErrorCode.KubernetesRefused"/>: it is asked for what there is not.
    /// </exception>
    public static ImmutableArray<string> Choose(PluginResource resource, IReadOnlyCollection<string> available, IReadOnlyCollection<string> wanted, int count, ImmutableArray<GpuLink> links)
    {
        var given = NamedDevices.Of(resource, wanted);
        var free = NamedDevices.Of(resource, available);
        if (given.Except(free).FirstOrDefault() is { } taken)
            throw Refused(resource, $"{taken.Id} has to be among the devices, and is none of those that are available");
        if (count < given.Length || count > free.Length)
            throw Refused(resource, $"{count} devices are asked for, of {free.Length} that are available and {given.Length} that have to be among them");
        ImmutableArray<PluginDevice> rest = [.. free.Except(given)];
        var chosen = resource.Kind switch
        {
            _ when count == given.Length => [],
            ResourceKind.Unit => Closest(given, rest, count - given.Length, links),
            ResourceKind.Share => Spread(given, rest, count - given.Length),
            _ => OfOneUnit(resource, given, rest, count - given.Length),
        };
        var ids = given.Concat(chosen).ToHashSet();
        return [.. resource.Devices.Where(ids.Contains).Select(device => device.Id)];
    }

    private static IEnumerable<PluginDevice> Closest(ImmutableArray<PluginDevice> given, ImmutableArray<PluginDevice> rest, int count, ImmutableArray<GpuLink> links)
    {
        if (count == rest.Length)
            return rest;
        // MIG devices have no part in their GPU's NVLink: it is enough that they are on one GPU.
        var closeness = new Closeness([.. given.Select(device => device.Unit.Gpu)], [.. rest.Select(device => device.Unit.Gpu)], rest[0].Unit.MigDevice is null ? links : []);
        return ClosestGpus.Choose(count, closeness).Select(place => rest[place]);
    }

    // A second share of a unit is worth nothing to who has one: other units come first.
    private static List<PluginDevice> Spread(ImmutableArray<PluginDevice> given, ImmutableArray<PluginDevice> rest, int count)
    {
        var units = rest.GroupBy(device => device.Unit.Name)
            .Select(shares => new UnitShares(new Queue<PluginDevice>(shares)) { Taken = given.Count(device => device.Unit.Name == shares.Key) }).ToList();
        var chosen = new List<PluginDevice>();
        while (chosen.Count < count)
        {
            // Of equal ones the first in the host's order.
            var unit = units.Where(unit => unit.Free.Count > 0).OrderBy(unit => unit.Taken).ThenByDescending(unit => unit.Free.Count).First();
            chosen.Add(unit.Free.Dequeue());
            unit.Taken++;
        }

        return chosen;
    }

    private static IEnumerable<PluginDevice> OfOneUnit(PluginResource resource, ImmutableArray<PluginDevice> given, ImmutableArray<PluginDevice> rest, int count)
    {
        var units = rest.GroupBy(device => device.Unit.Name).Where(slices => given.All(device => device.Unit.Name == slices.Key)).ToList();
        var most = units.Select(slices => slices.Count()).DefaultIfEmpty().Max();
        return units.Where(slices => slices.Count() >= count).MinBy(slices => slices.Count())?.Take(count)
            ?? throw Refused(resource, $"{given.Length + count} GiB are asked for, and a container can have those of one GPU, of which {(given.IsEmpty ? "none" : "this one")} has more than {given.Length + most} to give");
    }

    private static GpuRuntimeException Refused(PluginResource resource, string what) => new(ErrorCode.KubernetesRefused, $"{resource.Name}: {what}.");

    private sealed record UnitShares(Queue<PluginDevice> Free)
    {
        public int Taken { get; set; }
    }
}
