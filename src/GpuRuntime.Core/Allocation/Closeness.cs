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
    // A pair in 16 bits: whether it shares its NUMA node, whether its device, and the strength of its link.
    private const ushort OneNumaNode = 1;
    private const ushort OneDevice = 2;
    private const int LinkShift = 2;

    // Three sums in one number, the devices' from bit 20 on, none of which reaches the next: there is room for the pairs of 400 GPUs that are all linked.
    private const int DeviceSumShift = 19;
    private const int LinkSumShift = 40;

    private readonly long[] _toGiven;
    private readonly ushort[] _pairs;

    /// <param name="given">GPUs that the container gets in any case.</param>
    /// <param name="rank">Those among which there is a choice, in the host's order.</param>
    /// <param name="links">Each pair at most once.</param>
    public Closeness(ImmutableArray<Gpu> given, Gpu[] rank, ImmutableArray<GpuLink> links)
    {
        Count = rank.Length;
        _toGiven = new long[rank.Length];
        _pairs = new ushort[rank.Length * rank.Length];
        var ranked = new Site[rank.Length];
        for (var i = 0; i < rank.Length; i++)
            ranked[i] = Site.Of(rank[i]);
        foreach (var gpu in given)
        {
            var site = Site.Of(gpu);
            for (var i = 0; i < ranked.Length; i++)
                _toGiven[i] += Sum(Between(ranked[i], site));
        }

        for (var i = 0; i < ranked.Length; i++)
        {
            var row = _pairs.AsSpan(i * Count, Count);
            for (var j = 0; j < row.Length; j++)
                row[j] = Between(ranked[i], ranked[j]);
        }

        AddLinks(given, rank, links);
    }

    /// <summary>How many GPUs there are to choose from.</summary>
    public int Count { get; }

    /// <summary>How close one of them is to all that are given in any case.</summary>
    public long ToGiven(int gpu) => _toGiven[gpu];

    /// <summary>Adds how close each of them is to one of them.</summary>
    /// <param name="gpu">The one.</param>
    /// <param name="sums">What to add to, one for each.</param>
    /// <param name="into">Where to write, which may be the same.</param>
    /// <param name="from">The first that matters.</param>
    public void Add(int gpu, ReadOnlySpan<long> sums, Span<long> into, int from = 0)
    {
        var pairs = _pairs.AsSpan(gpu * Count, Count);
        for (var other = from; other < pairs.Length; other++)
            into[other] = sums[other] + Sum(pairs[other]);
    }

    private static long Sum(ushort pair) =>
        ((long)(pair >> LinkShift) << LinkSumShift) | ((long)(pair & OneDevice) << DeviceSumShift) | (long)(pair & OneNumaNode);

    private static ushort Between(Site first, Site second) =>
        (ushort)((first.Device == second.Device ? OneDevice : 0) | (first.NumaNode == second.NumaNode && first.NumaNode != Site.Unknown ? OneNumaNode : 0));

    // A host of partitions has thousands of links: their ends are looked up, not compared with each GPU.
    private void AddLinks(ImmutableArray<Gpu> given, Gpu[] rank, ImmutableArray<GpuLink> links)
    {
        var places = new Places(given, rank);
        foreach (var link in links)
        {
            var first = places.Of(link.Vendor, link.First);
            var second = places.Of(link.Vendor, link.Second);
            var closeness = (ushort)(Math.Clamp(link.Strength, 0, GpuLink.Strongest) << LinkShift);
            if (first == second)
                continue;
            if (first >= 0 && second >= 0)
            {
                _pairs[(first * Count) + second] |= closeness;
                _pairs[(second * Count) + first] |= closeness;
            }
            else if (first >= 0 && second == Places.Given)
            {
                _toGiven[first] += Sum(closeness);
            }
            else if (first == Places.Given && second >= 0)
            {
                _toGiven[second] += Sum(closeness);
            }
        }
    }

    /// <summary>Where a GPU is, as numbers that only GPUs of one vendor share: there are thousands of pairs to compare.</summary>
    private readonly struct Site
    {
        public const long Unknown = -1;

        public ulong Device { get; private init; }

        public long NumaNode { get; private init; }

        public static Site Of(Gpu gpu)
        {
            var (domain, bus, device, function) = gpu.PciAddress;
            return new Site
            {
                Device = ((ulong)gpu.Vendor << 56) | ((ulong)domain << 24) | ((ulong)bus << 16) | ((ulong)device << 8) | function,
                NumaNode = gpu.NumaNode is { } node ? ((long)gpu.Vendor << 32) | (uint)node : Unknown,
            };
        }
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
