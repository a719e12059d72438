using System.Globalization;
using System.Text.RegularExpressions;
using GpuRuntime.Core.Monitoring.Exposition;

namespace GpuRuntime.Core.Tests.Monitoring.Exposition;

/// <summary>One series of a page of metrics.</summary>
/// <param name="Labels">In the order of the page, their values without escapes.</param>
internal sealed partial record PageSeries(string Name, IReadOnlyList<(string Name, string Value)> Labels, double Value)
{
    public string? this[string label] => Labels.FirstOrDefault(pair => pair.Name == label).Value;

    public IEnumerable<string> LabelNames => Labels.Select(label => label.Name);

    /// <summary>Reads a page line by line, as its format has it: https://prometheus.io/docs/instrumenting/exposition_formats/, https://prometheus.io/docs/specs/om/open_metrics_spec/.</summary>
    /// <exception cref="FormatException">A line is none of the format.</exception>
    public static List<PageSeries> OfPage(string page, MetricFormat format)
    {
        if (!page.EndsWith('\n'))
            throw new FormatException("the last line has no end");
        var lines = page[..^1].Split('\n').ToList();
        if (format == MetricFormat.OpenMetrics)
        {
            if (lines[^1] != "# EOF")
                throw new FormatException($"the last line is {lines[^1]}");
            lines.RemoveAt(lines.Count - 1);
        }

        var about = format == MetricFormat.OpenMetrics ? AboutOpenMetrics() : AboutPrometheus();
        return [.. lines.Where(line => !about.IsMatch(line)).Select(OfLine)];
    }

    private static PageSeries OfLine(string line)
    {
        if (Series().Match(line) is not { Success: true } match)
            throw new FormatException($"no series: {line}");
        var labels = match.Groups["label"].Captures.Zip(match.Groups["text"].Captures, (name, text) => (Name: name.Value, Value: Unescaped(text.Value))).ToList();
        if (labels.DistinctBy(label => label.Name).Count() != labels.Count)
            throw new FormatException($"a label twice: {line}");
        return new PageSeries(match.Groups["name"].Value, labels, double.Parse(match.Groups["value"].Value, NumberStyles.Float, CultureInfo.InvariantCulture));
    }

    private static string Unescaped(string text) => Escape().Replace(text, match => match.Value switch { "\\n" => "\n", _ => match.Value[1..] });

    [GeneratedRegex("""\A(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(?:(?:(?<=\{)|,)(?<label>[a-zA-Z_][a-zA-Z0-9_]*)="(?<text>(?:[^"\\\n]|\\["\\n])*)")+\})? (?<value>[-+0-9.eE]+)\z""")]
    private static partial Regex Series();

    [GeneratedRegex("""\\["\\n]""")]
    private static partial Regex Escape();

    [GeneratedRegex("""\A# (?:HELP [a-zA-Z_:][a-zA-Z0-9_:]* [^\\\n]+|TYPE [a-zA-Z_:][a-zA-Z0-9_:]* (?:gauge|counter))\z""")]
    private static partial Regex AboutPrometheus();

    [GeneratedRegex("""\A# (?:HELP [a-zA-Z_:][a-zA-Z0-9_:]* [^\\"\n]+|TYPE [a-zA-Z_:][a-zA-Z0-9_:]* (?:gauge|counter|unknown)|UNIT [a-zA-Z_:][a-zA-Z0-9_:]* [a-z]+)\z""")]
    private static partial Regex AboutOpenMetrics();
}
