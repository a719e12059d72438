namespace GpuRuntime.Core.Allocation;

/// <summary>
/// Finds those GPUs among many that are closest to each other. Up to <see cref="MostCombinations"/> sets are all looked at, in ascending order, and the
/// first of the closest ones is taken. Beyond, each GPU is tried as the first of a set that grows by the one that is closest to all that it has: not
/// always the closest set there is, and the same one each time. Hives, boards and partitions are found, since they are closer within than without.
/// </summary>
internal static class ClosestGpus
{
    public const int MostCombinations = 5000;

    /// <param name="count">How many, 1 to one less than there are.</param>
    /// <returns>Their positions, ascending.</returns>
    public static int[] Choose(int count, Closeness closeness) =>
        HasFewCombinations(count, closeness.Count) ? new Search(count, closeness).Closest() : ClosestGrown(count, closeness);

    private static bool HasFewCombinations(int count, int of)
    {
        long combinations = 1;
        for (var i = 1; i <= Math.Min(count, of - count); i++)
        {
            combinations = combinations * (of - i + 1) / i;
            if (combinations > MostCombinations)
                return false;
        }

        return true;
    }

    private static int[] ClosestGrown(int count, Closeness closeness)
    {
        var best = new int[count];
        var bestSum = long.MinValue;
        var set = new int[count];
        var gains = new long[closeness.Count];
        for (var start = 0; start < closeness.Count; start++)
        {
            var sum = Grow(start, set, gains, closeness);
            Array.Sort(set);
            if (sum > bestSum || (sum == bestSum && set.AsSpan().SequenceCompareTo(best) < 0))
            {
                bestSum = sum;
                set.CopyTo(best, 0);
            }
        }

        return best;
    }

    private static long Grow(int start, int[] set, long[] gains, Closeness closeness)
    {
        for (var gpu = 0; gpu < gains.Length; gpu++)
            gains[gpu] = closeness.ToGiven(gpu);
        long sum = 0;
        var next = start;
        for (var size = 0; size < set.Length; size++)
        {
            set[size] = next;
            sum += gains[next];
            closeness.Add(next, gains, gains);
            gains[next] = long.MinValue;
            // A member's gain only grows, and never out of reach: it is not met again.
            next = 0;
            for (var gpu = 1; gpu < gains.Length; gpu++)
            {
                if (gains[gpu] > gains[next])
                    next = gpu;
            }
        }

        return sum;
    }

    /// <summary>Goes through all sets in ascending order.</summary>
    private sealed class Search
    {
        private readonly Closeness _closeness;
        private readonly int[] _set;
        private readonly int[] _best;
        private long _bestSum = long.MinValue;

        // By how many members the set has: how close each GPU is to them and to what is given.
        private readonly long[][] _gains;

        public Search(int count, Closeness closeness)
        {
            _closeness = closeness;
            _set = new int[count];
            _best = new int[count];
            _gains = new long[count][];
            for (var size = 0; size < count; size++)
                _gains[size] = new long[closeness.Count];
            for (var gpu = 0; gpu < closeness.Count; gpu++)
                _gains[0][gpu] = closeness.ToGiven(gpu);
        }

        public int[] Closest()
        {
            Extend(0, 0, 0);
            return _best;
        }

        private void Extend(int size, int from, long sum)
        {
            if (size == _set.Length)
            {
                if (sum <= _bestSum)
                    return;
                _bestSum = sum;
                _set.CopyTo(_best, 0);
                return;
            }

            for (var gpu = from; gpu <= _closeness.Count - (_set.Length - size); gpu++)
            {
                _set[size] = gpu;
                if (size + 1 < _set.Length)
                    _closeness.Add(gpu, _gains[size], _gains[size + 1], gpu + 1);
                Extend(size + 1, gpu + 1, sum + _gains[size][gpu]);
            }
        }
    }
}
