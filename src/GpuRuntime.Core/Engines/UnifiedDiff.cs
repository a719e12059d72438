using System.Globalization;
using System.Text;

namespace GpuRuntime.Core.Engines;

/// <summary>The difference of two texts as <c>diff -u</c> prints it, for <c>patch</c> and for people.</summary>
public static class UnifiedDiff
{
    private const int Context = 3;
    private const string Nowhere = "/dev/null";

    /// <summary>Empty where nothing differs.</summary>
    public static string Of(FileChange change)
    {
        var (before, after) = (Lines(change.Before), Lines(change.After));
        var lines = LineDifference.Of(before, after);
        var text = new StringBuilder();
        for (var at = 0; (at = lines.FindIndex(at, line => line.IsChange)) >= 0;)
        {
            var start = Math.Max(0, at - Context);
            var end = at;
            // Changes whose contexts touch are one hunk.
            while (lines.FindIndex(end, line => line.IsChange) is var next and >= 0 && next - end <= 2 * Context)
                end = next + 1;
            at = end;
            Hunk(text, lines.GetRange(start, Math.Min(lines.Count, end + Context) - start));
        }

        return text.Length == 0 && (change.Before is null) == (change.After is null)
            ? ""
            : $"--- {(change.Before is null ? Nowhere : change.Path)}\n+++ {(change.After is null ? Nowhere : change.Path)}\n{text}";
    }

    private static void Hunk(StringBuilder text, List<LineDifference> lines)
    {
        var before = lines.FindAll(line => line.Before >= 0);
        var after = lines.FindAll(line => line.After >= 0);
        text.Append("@@ -").Append(Range(before.FirstOrDefault()?.Before ?? -1, before.Count)).Append(" +").Append(Range(after.FirstOrDefault()?.After ?? -1, after.Count)).Append(" @@\n");
        foreach (var line in lines)
        {
            text.Append(line.Before < 0 ? '+' : line.After < 0 ? '-' : ' ').Append(line.Text);
            if (!line.Text.EndsWith('\n'))
                text.Append("\n\\ No newline at end of file\n");
        }
    }

    private static string Range(int first, int count) => string.Create(CultureInfo.InvariantCulture, $"{first + 1}{(count == 1 ? "" : $",{count}")}");

    private static List<string> Lines(byte[]? content)
    {
        var text = Encoding.UTF8.GetString(content ?? []);
        var lines = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var end = text.IndexOf('\n', at) is var found and >= 0 ? found + 1 : text.Length;
            lines.Add(text[at..end]);
            at = end;
        }

        return lines;
    }
}
