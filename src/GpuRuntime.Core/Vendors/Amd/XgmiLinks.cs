using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.Amd;

/// <summary>
/// What joins AMD's GPUs: partitions of one device share it, and devices of one hive are joined by XGMI, over which KFD's <c>io_links</c> and
/// <c>p2p_links</c> tell the way's weight. All partitions of a device have the same way to another one, so that one of them is asked: a host of
/// 64 partitions has four thousand of these files.
/// </summary>
internal static class XgmiLinks
{
    // kfd_crat.h: CRAT_IOLINK_TYPE_XGMI.
    private const ulong Xgmi = 11;

    public static ImmutableArray<GpuLink> Of(ImmutableArray<Gpu> gpus, IHostRoot host)
    {
        var links = ImmutableArray.CreateBuilder<GpuLink>();
        var devices = Devices(gpus);
        devices.Sort((first, second) => first.Node.CompareTo(second.Node));
        for (var i = 0; i < devices.Count; i++)
        {
            AddWithin(devices[i], links);
            // KFD numbers links in the order of the nodes that they lead to: those to earlier devices come first, and the rest need not be read.
            List<Device> earlier = devices[i].Hive is { } hive ? devices.GetRange(0, i).FindAll(device => device.Hive == hive) : [];
            var weights = Weights(devices[i], earlier, host);
            for (var j = 0; j < earlier.Count; j++)
            {
                if (weights[j] is { } weight)
                    AddBetween(devices[i], earlier[j], weight, links);
            }
        }

        links.Sort((first, second) => first.First != second.First ? first.First.CompareTo(second.First) : first.Second.CompareTo(second.Second));
        return links.ToImmutable();
    }

    private static List<Device> Devices(ImmutableArray<Gpu> gpus)
    {
        var devices = new List<Device>();
        foreach (var gpu in gpus)
        {
            if (gpu.KfdNode is not { } node)
                continue;
            if (devices.Find(device => device.Gpus[0].PciAddress == gpu.PciAddress) is { } known)
                known.Gpus.Add(gpu);
            else
                devices.Add(new Device(node, gpu.XgmiHive, [gpu]));
        }

        return devices;
    }

    // How far each of the others is, by the first way that is listed: io_links are the direct ones.
    private static int?[] Weights(Device from, List<Device> others, IHostRoot host)
    {
        var weights = new int?[others.Count];
        var unknown = others.Count;
        foreach (var kind in (ReadOnlySpan<string>)["io_links", "p2p_links"])
        {
            var directory = string.Create(CultureInfo.InvariantCulture, $"{KfdTopology.Directory}/{from.Node}/{kind}");
            foreach (var link in unknown > 0 ? host.List(HostTree.Sys, directory) : [])
            {
                if (unknown > 0
                    && host.ReadText(HostTree.Sys, $"{directory}/{link}/properties") is { } properties
                    && KfdProperties.Value(properties, "type") == Xgmi
                    && KfdProperties.Value(properties, "weight") is { } weight
                    && KfdProperties.Value(properties, "node_to") is { } node
                    && others.FindIndex(other => other.Gpus.Exists(gpu => (ulong)gpu.KfdNode!.Value == node)) is var reached and >= 0
                    && weights[reached] is null)
                {
                    weights[reached] = (int)Math.Min(weight, GpuLink.Strongest);
                    unknown--;
                }
            }
        }

        return weights;
    }

    private static void AddWithin(Device device, ImmutableArray<GpuLink>.Builder links)
    {
        for (var i = 0; i < device.Gpus.Count; i++)
        {
            for (var j = i + 1; j < device.Gpus.Count; j++)
                links.Add(GpuLink.Between(device.Gpus[i], device.Gpus[j], GpuLink.Strongest));
        }
    }

    private static void AddBetween(Device device, Device other, int weight, ImmutableArray<GpuLink>.Builder links)
    {
        foreach (var gpu in device.Gpus)
        {
            foreach (var far in other.Gpus)
                links.Add(GpuLink.Between(gpu, far, Math.Min(GpuLink.Strongest - weight, GpuLink.Strongest - 1)));
        }
    }

    /// <summary>A PCI function with its partitions, of which the first answers for all.</summary>
    private sealed record Device(int Node, ulong? Hive, List<Gpu> Gpus);
}
