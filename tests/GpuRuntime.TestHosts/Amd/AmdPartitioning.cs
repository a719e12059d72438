using System.Collections.Immutable;

namespace GpuRuntime.TestHosts;

/// <summary>Numbers the partitions of a host's GPUs: xcp slots as the driver meets the GPUs, DRM numbers in no order, KFD nodes after the CPUs'.</summary>
internal static class AmdPartitioning
{
    /// <param name="gpus">In the order of their PCI addresses.</param>
    /// <param name="taken">DRM minors of everything else on the host.</param>
    /// <param name="kfd">Null: no partition gets a KFD node.</param>
    /// <returns>Live and dead ones, by PCI address and index.</returns>
    public static ImmutableArray<SimulatedAmdPartition> Assign(ImmutableArray<SimulatedAmdGpu> gpus, ImmutableHashSet<int> taken, KfdOptions? kfd)
    {
        var drm = DrmNumbers.Take(gpus.Sum(Slots), taken);
        var nodes = kfd is null ? [] : KfdNodes(gpus, kfd);
        var partitions = ImmutableArray.CreateBuilder<SimulatedAmdPartition>();
        var slot = 0;
        foreach (var gpu in gpus)
        {
            var own = new SimulatedAmdPartition
            {
                Gpu = gpu,
                Index = 0,
                CardNumber = gpu.CardNumber,
                RenderNumber = gpu.RenderNumber,
                KfdNode = Node(gpu, 0),
                UniqueId = gpu.UniqueId,
            };
            partitions.Add(own);
            for (var index = 1; index <= Slots(gpu); index++, slot++)
            {
                partitions.Add(own with
                {
                    Index = index,
                    Slot = slot,
                    CardNumber = drm[slot].Card,
                    RenderNumber = drm[slot].Render!.Value,
                    KfdNode = Node(gpu, index),
                    UniqueId = gpu.UniqueId + (gpu.PartitionUniqueIds == PartitionUniqueIds.Distinct ? (ulong)index : 0),
                });
            }
        }
        return partitions.ToImmutable();

        int? Node(SimulatedAmdGpu gpu, int index) => nodes.TryGetValue((gpu.PciAddress, index), out var node) ? node : null;
    }

    /// <summary>KFD lists CPUs first, one node a socket.</summary>
    public static int CpuNodes(IEnumerable<SimulatedAmdGpu> gpus) => 1 + gpus.Select(gpu => gpu.NumaNode).Append(0).Max();

    private static int Slots(SimulatedAmdGpu gpu) => gpu.Partitions - 1 + gpu.DeadSlots;

    private static Dictionary<(string Address, int Index), int> KfdNodes(ImmutableArray<SimulatedAmdGpu> gpus, KfdOptions kfd)
    {
        var known = gpus.Where(gpu => gpu is { HasKfd: true, IsAmdgpu: true });
        var first = CpuNodes(gpus);
        return (kfd.ReversedNodes ? known.Reverse() : known)
            .SelectMany(gpu => Enumerable.Range(0, gpu.Partitions).Select(index => (gpu.PciAddress, index)))
            .Select((place, i) => (place, node: first + i))
            .ToDictionary(pair => pair.place, pair => pair.node);
    }
}
