using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Tests.Allocation;

/// <summary>A number of GPUs that is wanted, and what there is.</summary>
internal sealed record PlacementScene(int Count, ImmutableArray<PlacementCandidate> Candidates, ImmutableArray<GpuLink> Links)
{
    /// <summary>Any GPUs of two vendors with few different places, so that much is alike, and any links among them and to GPUs that are no candidates.</summary>
    public static Gen<PlacementScene> Any(int fewest, int most) =>
        from size in Gen.Choose(fewest, most)
        from candidates in AnyCandidate.ArrayOf(size)
        from count in Gen.Choose(0, size)
        from links in AnyLink(size).ListOf()
        select new PlacementScene(count, Numbered(candidates), [.. links.DistinctBy(link => (link.Vendor, link.First, link.Second))]);

    public ImmutableArray<Gpu> Choose() => Placement.Choose(Count, Candidates, Links);

    /// <summary>The best of all sets, found by looking at each of them.</summary>
    public IEnumerable<string> BestOfAll()
    {
        var host = Candidates.OrderBy(candidate => candidate.Gpu.Vendor).ThenBy(candidate => candidate.Gpu.Index).ToList();
        var sets = Enumerable.Range(0, 1 << host.Count).Where(set => int.PopCount(set) == Count).Select(set => host.Where((_, place) => (set >> place & 1) == 1).ToList());
        return sets.OrderBy(Ranks, Comparer<string>.Create(string.CompareOrdinal))
            .ThenByDescending(set => Pairs(set).Sum(pair => Links.Where(link => Joins(link, pair)).Sum(link => link.Strength)))
            .ThenByDescending(set => Pairs(set).Count(pair => pair.First.PciAddress == pair.Second.PciAddress))
            .ThenByDescending(set => Pairs(set).Count(pair => pair.First.NumaNode is not null && pair.First.NumaNode == pair.Second.NumaNode))
            .ThenBy(set => string.Concat(set.Select(candidate => (char)host.IndexOf(candidate))), Comparer<string>.Create(string.CompareOrdinal))
            .First().Select(candidate => candidate.Gpu.Id);
    }

    /// <summary>Whether they compute and how many hold them, the best first.</summary>
    public static string Ranks(IEnumerable<PlacementCandidate> set) =>
        string.Concat(set.Select(candidate => (char)((candidate.Gpu.HasCompute ? 0 : 100) + candidate.Holders)).Order());

    public override string ToString() => $"{Count} of {string.Join(", ", Candidates.Select(Text))}; {string.Join(", ", Links)}";

    private static Gen<PlacementCandidate> AnyCandidate =>
        from vendor in Gen.Frequency((4, Gen.Constant(GpuVendor.Amd)), (1, Gen.Constant(GpuVendor.Nvidia)))
        from bus in Gen.Choose(0, 3)
        from node in Gen.Elements<int?>(null, 0, 0, 1)
        from compute in Gen.Frequency((6, Gen.Constant(true)), (1, Gen.Constant(false)))
        from holders in Gen.Frequency((4, Gen.Constant(0)), (2, Gen.Constant(1)), (1, Gen.Constant(2)))
        select new PlacementCandidate(
            new Gpu { Vendor = vendor, Index = 0, PciAddress = new PciAddress((uint)vendor, (byte)bus, 0, 0), NumaNode = node, HasCompute = compute }, holders);

    private static Gen<GpuLink> AnyLink(int size) =>
        from vendor in Gen.Elements(GpuVendor.Amd, GpuVendor.Amd, GpuVendor.Nvidia)
        from first in Gen.Choose(0, size)
        from second in Gen.Choose(first + 1, size + 2)
        from strength in Gen.Elements(1, 2, 85, GpuLink.Strongest)
        select new GpuLink(vendor, first, second, strength);

    private static ImmutableArray<PlacementCandidate> Numbered(PlacementCandidate[] candidates) =>
        [.. candidates.Select((candidate, place) => candidate with { Gpu = candidate.Gpu with { Index = candidates.Take(place).Count(other => other.Gpu.Vendor == candidate.Gpu.Vendor) } })];

    private static IEnumerable<(Gpu First, Gpu Second)> Pairs(List<PlacementCandidate> set) =>
        set.SelectMany((first, place) => set.Skip(place + 1).Select(second => (first.Gpu, second.Gpu))).Where(pair => pair.Item1.Vendor == pair.Item2.Vendor);

    private static bool Joins(GpuLink link, (Gpu First, Gpu Second) pair) =>
        link.Vendor == pair.First.Vendor && link.First == Math.Min(pair.First.Index, pair.Second.Index) && link.Second == Math.Max(pair.First.Index, pair.Second.Index);

    private static string Text(PlacementCandidate candidate) =>
        $"{candidate.Gpu.Id} {candidate.Gpu.PciAddress} NUMA {candidate.Gpu.NumaNode} held {candidate.Holders}{(candidate.Gpu.HasCompute ? "" : " no compute")}";
}
