using System.Collections.Immutable;

namespace GpuRuntime.TestHosts;

/// <summary>Hands out card and render numbers that follow no order and never agree with each other.</summary>
internal static class DrmNumbers
{
    private const int FirstRender = 128;
    private const int NumbersOfAKind = 64;

    // DRM_EXTENDED_MINOR_LIMIT of drivers/gpu/drm/drm_drv.c: where kernels since 6.13 go on, cards and render nodes together.
    private const int FirstShared = 192;

    public static ImmutableArray<DrmMinors> Take(int count, ImmutableHashSet<int> taken)
    {
        var cards = Free(0, FirstShared, count, taken);
        var renders = Free(FirstRender, FirstShared + 1, count, taken);
        var (cardStride, renderStride) = (Stride(count, 0.62), Stride(count, 0.38));
        return [.. Enumerable.Range(0, count).Select(i => new DrmMinors(cards[((i * cardStride) + 1) % count], renders[((i * renderStride) + 2) % count]))];
    }

    private static int[] Free(int first, int firstShared, int count, ImmutableHashSet<int> taken) =>
    [
        .. Enumerable.Range(first, NumbersOfAKind)
            .Concat(Enumerable.Range(0, count).Select(i => firstShared + (2 * i)))
            .Where(number => !taken.Contains(number))
            .Take(count),
    ];

    /// <summary>A step that visits every place of the count before it comes back.</summary>
    private static int Stride(int count, double share)
    {
        var stride = Math.Max(1, (int)(count * share));
        while (GreatestCommonDivisor(stride, count) > 1)
            stride++;
        return stride;
    }

    private static int GreatestCommonDivisor(int a, int b) => b == 0 ? a : GreatestCommonDivisor(b, a % b);
}
