using System.Text;

namespace GpuRuntime.Agent.Top.Characters;

/// <summary>Quantities as blocks: bars, and lines over time.</summary>
internal static class Blocks
{
    private const char Full = '█';
    private const char Empty = '·';
    private const int Steps = 8;
    private const string Partial = " ▏▎▍▌▋▊▉";
    private const string Heights = "▁▂▃▄▅▆▇█";

    /// <summary>A bar; the whole width is a ratio of 1. What is more than nothing is seen.</summary>
    /// <returns>The filled part and the empty one.</returns>
    public static (string Filled, string Empty) Bar(double? ratio, int width)
    {
        if (ratio is not { } value)
            return ("", new string(Empty, width));
        var eighths = (int)Math.Round(Math.Clamp(value, 0, 1) * width * Steps);
        if (value > 0 && eighths == 0)
            eighths = 1;
        var filled = new StringBuilder().Append(Full, eighths / Steps);
        if (eighths % Steps is > 0 and var part)
            filled.Append(Partial[part]);
        return (filled.ToString(), new string(Empty, width - filled.Length));
    }

    /// <summary>The last values as one character each, oldest first, at the right end of the width; a gap where a value is not known.</summary>
    public static string Line(IReadOnlyList<double?> ratios, int width)
    {
        var line = new StringBuilder();
        for (var i = Math.Max(0, ratios.Count - width); i < ratios.Count; i++)
            line.Append(ratios[i] is { } ratio ? Heights[Math.Min(Heights.Length - 1, (int)(Math.Clamp(ratio, 0, 1) * Heights.Length))] : ' ');
        return line.ToString().PadLeft(width);
    }
}
