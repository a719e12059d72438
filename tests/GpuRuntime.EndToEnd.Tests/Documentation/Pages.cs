using System.Text.RegularExpressions;

namespace GpuRuntime.EndToEnd.Tests.Documentation;

/// <summary>README.md, SECURITY.md and docs/*.md, as they lie in the repository.</summary>
internal static partial class Pages
{
    public static string[] All { get; } =
        ["README.md", "SECURITY.md", .. Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md").Select(static path => $"docs/{Path.GetFileName(path)}").Order(StringComparer.Ordinal)];

    public static FencedBlock[] Blocks { get; } = [.. All.SelectMany(static page => Read(page, File.ReadAllLines(Path.Combine(Repository.Root, page))))];

    /// <summary>The blocks of a page's text.</summary>
    public static IEnumerable<FencedBlock> Read(string page, string[] lines)
    {
        List<(string, string)> remarks = [];
        for (var line = 0; line < lines.Length; line++)
        {
            if (Remark().Match(lines[line]) is { Success: true } remark)
            {
                remarks.Add((remark.Groups[1].Value, remark.Groups[2].Value));
                continue;
            }
            if (lines[line].StartsWith("```", StringComparison.Ordinal))
            {
                var end = Array.FindIndex(lines, line + 1, static text => text == "```");
                if (end < 0)
                    throw new FormatException($"{page}:{line + 1}: this fence has no end");
                yield return new FencedBlock(page, line + 1, lines[line][3..].Trim(), string.Concat(lines[(line + 1)..end].Select(static text => text + "\n"))) { Remarks = [.. remarks] };
                line = end;
            }
            remarks.Clear();
        }
    }

    [GeneratedRegex("^<!-- (scene|prints|file|tested by|printed by): (.+) -->$")]
    private static partial Regex Remark();
}
