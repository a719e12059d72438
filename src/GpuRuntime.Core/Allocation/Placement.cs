using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Allocation;

/// <summary>
/// Which GPUs a container gets that asks for a number of them. In this order: those that can compute before those that are for graphics alone; those
/// that fewer containers hold before those that more do; those that are closest to each other; those that stand first in the host's order.
/// </summary>
public static class Placement
{
    /// <param name="count">How many are wanted, 0 to as many as there are candidates.</param>
    /// <param name="candidates">What may be given, each GPU once, in any order.</param>
    /// <param name="links">What joins the host's GPUs; each pair at most once; links of others than the candidates count for nothing.</param>
    /// <returns>As many GPUs as are wanted, in the host's order. The order of the candidates and of the links changes nothing.</returns>
    /// <exception cref="ArgumentOutOfRangeException">More are wanted than there are.</exception>
    public static ImmutableArray<Gpu> Choose(int count, ImmutableArray<PlacementCandidate> candidates, ImmutableArray<GpuLink> links)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, candidates.Length);
        PlacementCandidate[] ranked = [.. candidates];
        Array.Sort(ranked, ByRank);

        // Whole ranks are taken as long as they fit. Of the last one only a part may be: that is where there is a choice.
        var taken = 0;
        var end = 0;
        while (end < ranked.Length && end < count)
        {
            taken = end;
            while (end < ranked.Length && IsOfOneRank(ranked[taken], ranked[end]))
                end++;
        }

        List<Gpu> chosen = [];
        for (var i = 0; i < (end > count ? taken : count); i++)
            chosen.Add(ranked[i].Gpu);
        if (end > count)
        {
            var rank = new Gpu[end - taken];
            for (var i = 0; i < rank.Length; i++)
                rank[i] = ranked[taken + i].Gpu;
            // Of one alone there is nothing to be close to: it is the first.
            foreach (var index in count == 1 ? [0] : ClosestGpus.Choose(count - taken, new Closeness([.. chosen], rank, links)))
                chosen.Add(rank[index]);
        }

        chosen.Sort(ByHostOrder);
        return [.. chosen];
    }

    private static bool IsOfOneRank(PlacementCandidate first, PlacementCandidate second) =>
        first.Gpu.HasCompute == second.Gpu.HasCompute && first.Holders == second.Holders;

    private static int ByRank(PlacementCandidate first, PlacementCandidate second)
    {
        if (first.Gpu.HasCompute != second.Gpu.HasCompute)
            return first.Gpu.HasCompute ? -1 : 1;
        return first.Holders != second.Holders ? first.Holders.CompareTo(second.Holders) : ByHostOrder(first.Gpu, second.Gpu);
    }

    private static int ByHostOrder(Gpu first, Gpu second) =>
        first.Vendor != second.Vendor ? ((int)first.Vendor).CompareTo((int)second.Vendor) : first.Index.CompareTo(second.Index);
}
