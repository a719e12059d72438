using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Allocation;

/// <summary>
/// How close GPUs are to each other, as numbers to add up: for a set of GPUs the sum over its pairs, more is closer. The strength of a pair's link
/// (NVLink, XGMI) counts before anything else, then that both are on one PCI device, then that both are on one NUMA node. GPUs of different vendors
/// are never close: they cannot work together.
/// </summary>
internal sealed class Closeness
{
    // Three sums in one number, none of which reaches the next: there is room for the pairs of 400 GPUs that are all linked.
    private const long OneNumaNode = 1;
    private const long OneDevice = 1L << 20;
    private const long OneLink = 1L << 40;

    private readonly long[] _toGiven;
    private readonly long[] _pairs;

    /// <param name="given">GPUs that the container gets in any case.</param>
    /// <param name="rank">Those among which there is a choice, in the host's order.</param>
    public Closeness(ImmutableArray<Gpu> given, Gpu[] rank, ImmutableArray<GpuLink> links)
    {
        Count = rank.Length;
        _toGiven = new long[rank.Length];
        _pairs = new long[rank.Length * rank.Length];
        for (var i = 0; i < rank.Length; i++)
        {
            foreach (var gpu in given)
                _toGiven[i] += Place(rank[i], gpu);
            for (var j = 0; j < i; j++)
                Add(i, j, Place(rank[i], rank[j]));
        }

        AddLinks(given, rank, links);
    }

    /// <summary>How many GPUs there are to choose from.</summary>
    public int Count { get; }

    /// <summary>How close one of them is to all that are given in any case.</summary>
    public long ToGiven(int gpu) => _toGiven[gpu];

    /// <summary>How close one of them is to each of them.</summary>
    public ReadOnlySpan<long> ToEach(int gpu) => _pairs.AsSpan(gpu * Count, Count);

    private static long Place(Gpu gpu, Gpu other)
    {
        if (gpu.Vendor != other.Vendor)
            return 0;
        return (gpu.PciAddress == other.PciAddress ? OneDevice : 0) + (gpu.NumaNode is { } node && node == other.NumaNode ? OneNumaNode : 0);
    }

    // A host of partitions has thousands of links: their ends are looked up, not compared with each GPU.
    private void AddLinks(ImmutableArray<Gpu> given, Gpu[] rank, ImmutableArray<GpuLink> links)
    {
        var places = new Places(given, rank);
        foreach (var link in links)
        {
            var first = places.Of(link.Vendor, link.First);
            var second = places.Of(link.Vendor, link.Second);
            var closeness = Math.Clamp(link.Strength, 0, GpuLink.Strongest) * OneLink;
            if (first == second)
                continue;
            if (first >= 0 && second >= 0)
                Add(first, second, closeness);
            else if (first >= 0 && second == Places.Given)
                _toGiven[first] += closeness;
            else if (first == Places.Given && second >= 0)
                _toGiven[second] += closeness;
        }
    }

    private void Add(int gpu, int other, long closeness)
    {
        _pairs[(gpu * Count) + other] += closeness;
        _pairs[(other * Count) + gpu] += closeness;
    }

    /// <summary>Where the GPU is that a link names: among those to choose from, among the given ones, or nowhere.</summary>
    private sealed class Places
    {
        public const int Given = -1;
        private const int Nowhere = -2;
        private const int MostVendors = 8;

        private readonly int[] _places;

        public Places(ImmutableArray<Gpu> given, Gpu[] rank)
        {
            var last = 0;
            foreach (var gpu in given)
                last = Math.Max(last, gpu.Index);
            foreach (var gpu in rank)
                last = Math.Max(last, gpu.Index);
            _places = new int[(last + 1) * MostVendors];
            Array.Fill(_places, Nowhere);
            foreach (var gpu in given)
                _places[Key(gpu.Vendor, gpu.Index)] = Given;
            for (var i = 0; i < rank.Length; i++)
                _places[Key(rank[i].Vendor, rank[i].Index)] = i;
        }

        public int Of(GpuVendor vendor, int index) => index >= 0 && index < _places.Length / MostVendors ? _places[Key(vendor, index)] : Nowhere;

        private static int Key(GpuVendor vendor, int index) => (index * MostVendors) + (int)vendor;
    }
}
