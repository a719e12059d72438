using System.Text.RegularExpressions;

namespace GpuRuntime.Core.Tests.Monitoring.Dashboards;

/// <summary>The names in an expression of Prometheus's language, or in a query of a Grafana variable.</summary>
/// <param name="Selectors">Each metric, with the labels that its braces name.</param>
/// <param name="Grouping">Labels of <c>by</c>, <c>on</c>, <c>ignoring</c> and their like, and of <c>label_values</c>.</param>
/// <param name="ResultLabels">Those of the outermost <c>by</c>, where the expression is such a sum; otherwise <see langword="null"/>.</param>
internal sealed partial record PromqlNames(IReadOnlyList<(string Metric, IReadOnlyList<string> Labels)> Selectors, IReadOnlyList<string> Grouping, IReadOnlyList<string>? ResultLabels)
{
    private static readonly string[] Lists = ["by", "without", "on", "ignoring", "group_left", "group_right"];
    private static readonly string[] Words = ["and", "or", "unless", "offset", "bool", "inf", "nan", .. Lists];

    public IEnumerable<string> Metrics => Selectors.Select(selector => selector.Metric).Distinct();

    public static PromqlNames Of(string expression)
    {
        var text = Quoted().Replace(expression, "\"\"");
        List<string> grouping = [];
        if (LabelValues().Match(text) is { Success: true } query)
        {
            grouping.Add(query.Groups["label"].Value);
            text = query.Groups["series"].Value;
        }

        var result = Sum().Match(text) is { Success: true } sum ? Identifiers(sum.Groups["labels"].Value) : null;
        text = List().Replace(text, match =>
        {
            grouping.AddRange(Identifiers(match.Groups["labels"].Value));
            return " ";
        });
        text = Range().Replace(text, " ");
        List<(string, IReadOnlyList<string>)> selectors = [];
        foreach (Match match in Selector().Matches(text))
        {
            if (!match.Groups["call"].Success && !Words.Contains(match.Groups["name"].Value))
                selectors.Add((match.Groups["name"].Value, [.. Matcher().Matches(match.Groups["matchers"].Value).Select(found => found.Groups["label"].Value)]));
        }

        return new PromqlNames(selectors, grouping, result);
    }

    private static List<string> Identifiers(string list) => [.. list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    [GeneratedRegex("\"(?:[^\"\\\\]|\\\\.)*\"")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^label_values\((?<series>.*),\s*(?<label>\w+)\)$")]
    private static partial Regex LabelValues();

    [GeneratedRegex(@"^\s*(?:sum|min|max|avg|count)\s+by\s*\((?<labels>[^)]*)\)")]
    private static partial Regex Sum();

    [GeneratedRegex(@"\b(?:by|without|on|ignoring|group_left|group_right)\s*\((?<labels>[^)]*)\)")]
    private static partial Regex List();

    // Durations and Grafana's own variables.
    [GeneratedRegex(@"\[[^\]]*\]|\boffset\s+\w+|\$\w+|(?<![\w:])\d[\w.]*")]
    private static partial Regex Range();

    [GeneratedRegex(@"(?<name>[a-zA-Z_:][\w:]*)\s*(?:(?<call>\()|\{(?<matchers>[^}]*)\})?")]
    private static partial Regex Selector();

    [GeneratedRegex("""(?<label>\w+)\s*(?:=~|!~|!=|=)\s*"" """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Matcher();
}
