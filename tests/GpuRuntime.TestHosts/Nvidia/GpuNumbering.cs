using System.Collections.Immutable;

namespace GpuRuntime.TestHosts;

/// <summary>Numbers GPUs so that index, minor, card and render number of one GPU never agree.</summary>
internal static class GpuNumbering
{
    /// <summary>card0 and renderD128 belong to the board's management controller.</summary>
    public const int ControllerCard = 0;
    public const int ControllerRender = 128;

    private const int MinorsReversedInBlocksOf = 4;

    // Where a DGX H100 has its eight; further GPUs follow in further PCI domains.
    private static readonly string[] Addresses = ["1b:00.0", "43:00.0", "52:00.0", "61:00.0", "9d:00.0", "c3:00.0", "d1:00.0", "df:00.0"];

    public static ImmutableArray<SimulatedGpu> Assign(int count, ImmutableHashSet<int> excluded)
    {
        var cards = FirstRotation(count, [Range(count, i => i), Range(count, i => Minor(i, count))]);
        var renders = FirstRotation(count, [Range(count, i => i), Range(count, i => Minor(i, count)), cards]);
        var gpus = ImmutableArray.CreateBuilder<SimulatedGpu>(count);
        var index = 0;
        for (var position = 0; position < count; position++)
        {
            var isExcluded = excluded.Contains(position);
            gpus.Add(new SimulatedGpu
            {
                Index = isExcluded ? -1 : index++,
                Minor = Minor(position, count),
                Uuid = Uuid(position),
                PciAddress = $"{position / Addresses.Length:x4}:{Addresses[position % Addresses.Length]}",
                Name = "NVIDIA H100 80GB HBM3",
                NumaNode = count > 1 && position >= (count + 1) / 2 ? 1 : 0,
                CardNumber = cards[position],
                RenderNumber = ControllerRender + renders[position],
                Excluded = isExcluded,
            });
        }
        return gpus.MoveToImmutable();
    }

    // 3 2 1 0 7 6 5 4: seen on boards whose switches enumerate backwards.
    private static int Minor(int position, int count)
    {
        var block = position / MinorsReversedInBlocksOf * MinorsReversedInBlocksOf;
        var last = Math.Min(block + MinorsReversedInBlocksOf, count) - 1;
        return last - (position - block);
    }

    /// <summary>The numbers 1 to count, rotated until they agree nowhere with the others; if no rotation does, numbers past all of them.</summary>
    private static int[] FirstRotation(int count, int[][] others)
    {
        for (var rotation = 0; rotation < count; rotation++)
        {
            var numbers = Range(count, i => 1 + ((i + rotation) % count));
            if (others.All(other => Range(count, i => other[i] == numbers[i] ? 1 : 0).Sum() == 0))
                return numbers;
        }
        var next = others.SelectMany(other => other).DefaultIfEmpty().Max() + 1;
        return Range(count, i => next + i);
    }

    private static int[] Range(int count, Func<int, int> number) => [.. Enumerable.Range(0, count).Select(number)];

    // Distinct in the first digits and in the last, so that a prefix or a suffix names one GPU.
    private static string Uuid(int position)
    {
        var seed = (uint)(position + 1) * 0x9E3779B1u;
        return $"GPU-{seed:x8}-{(seed >> 8) & 0xffff:x4}-4{(seed >> 4) & 0xfff:x3}-9{(seed >> 12) & 0xfff:x3}-{(ulong)seed * 0x5DEECEUL & 0xffffffffffff:x12}";
    }
}
