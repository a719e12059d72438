using System.Collections.Immutable;

namespace GpuRuntime.TestHosts;

/// <summary>The io_links and p2p_links of a KFD node, with the types and weights that an MI210 and an MI300X host were seen with.</summary>
internal static class KfdLinks
{
    private const int Pcie = 2;
    private const int Xgmi = 11;

    /// <param name="node">The node's directory.</param>
    /// <param name="partition">Whose node it is.</param>
    /// <param name="known">All that KFD knows, in the order of their nodes.</param>
    public static void Write(string node, SimulatedAmdPartition partition, ImmutableArray<SimulatedAmdPartition> known)
    {
        var others = known.Where(other => other != partition).ToList();
        Write(
            Path.Combine(node, "io_links"),
            partition,
            [(Pcie, Math.Max(partition.Gpu.NumaNode, 0), 20), .. others.Where(other => other.Gpu.Hive == partition.Gpu.Hive).Select(other => (Xgmi, other.KfdNode!.Value, Weight(partition, other)))]);
        Write(
            Path.Combine(node, "p2p_links"),
            partition,
            [.. others.Where(other => other.Gpu.Hive != partition.Gpu.Hive).Select(other => (Pcie, other.KfdNode!.Value, other.Gpu.NumaNode == partition.Gpu.NumaNode ? 52 : 72))]);
    }

    private static void Write(string directory, SimulatedAmdPartition from, ImmutableArray<(int Type, int Node, int Weight)> links)
    {
        for (var i = 0; i < links.Length; i++)
        {
            var (type, node, weight) = links[i];
            FileTree.Write(
                Path.Combine(directory, $"{i}/properties"),
                KfdTopology.Lines(
                [
                    ("type", type), ("version_major", 0), ("version_minor", 0), ("node_from", from.KfdNode!), ("node_to", node), ("weight", weight), ("min_latency", 0),
                    ("max_latency", 0), ("min_bandwidth", 0), ("max_bandwidth", 0), ("recommended_transfer_size", 0), ("flags", 1),
                ]));
        }
    }

    private static int Weight(SimulatedAmdPartition from, SimulatedAmdPartition to)
    {
        if (from.Gpu.Partitions == 1 && to.Gpu.Partitions == 1)
            return 15;
        return from.Gpu.PciAddress == to.Gpu.PciAddress ? 13 : 41;
    }
}
