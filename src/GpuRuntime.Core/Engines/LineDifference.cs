namespace GpuRuntime.Core.Engines;

/// <summary>A line of two texts that are laid side by side.</summary>
/// <param name="Before">Its number in the first, from 0; -1: it is not in it.</param>
/// <param name="After">Its number in the second, from 0; -1: it is not in it.</param>
internal sealed record LineDifference(string Text, int Before, int After)
{
    public bool IsChange => Before < 0 || After < 0;

    /// <summary>As few changes as possible, removed lines in front of added ones (Myers' O(ND) algorithm, 1986).</summary>
    public static List<LineDifference> Of(List<string> before, List<string> after)
    {
        var most = before.Count + after.Count;
        var furthest = new int[(2 * most) + 2];
        var trace = new List<int[]>();
        for (var changes = 0; changes <= most; changes++)
        {
            for (var diagonal = -changes; diagonal <= changes; diagonal += 2)
            {
                var isDown = IsDown(furthest, most, diagonal, changes);
                var x = isDown ? furthest[most + diagonal + 1] : furthest[most + diagonal - 1] + 1;
                while (x < before.Count && x - diagonal < after.Count && before[x] == after[x - diagonal])
                    x++;
                furthest[most + diagonal] = x;
                if (x >= before.Count && x - diagonal >= after.Count)
                    return Walk(before, after, trace, most, changes);
            }

            // Only what this round can have reached: a large file with few changes stays cheap.
            trace.Add(furthest[Math.Max(0, most - changes - 1)..Math.Min(furthest.Length, most + changes + 2)]);
        }

        return [];
    }

    private static bool IsDown(int[] furthest, int middle, int diagonal, int changes) =>
        diagonal == -changes || (diagonal != changes && furthest[middle + diagonal - 1] < furthest[middle + diagonal + 1]);

    private static List<LineDifference> Walk(List<string> before, List<string> after, List<int[]> trace, int most, int changes)
    {
        var lines = new List<LineDifference>();
        var (x, y) = (before.Count, after.Count);
        for (; changes > 0; changes--)
        {
            var furthest = trace[changes - 1];
            var middle = Math.Min(most, changes);
            var diagonal = x - y;
            var previous = IsDown(furthest, middle, diagonal, changes) ? diagonal + 1 : diagonal - 1;
            var previousX = furthest[middle + previous];
            var previousY = previousX - previous;
            for (; x > previousX && y > previousY; x--, y--)
                lines.Add(new LineDifference(before[x - 1], x - 1, y - 1));
            lines.Add(x == previousX ? new LineDifference(after[previousY], -1, previousY) : new LineDifference(before[previousX], previousX, -1));
            (x, y) = (previousX, previousY);
        }

        for (; x > 0; x--, y--)
            lines.Add(new LineDifference(before[x - 1], x - 1, y - 1));
        lines.Reverse();
        return lines;
    }
}
