namespace GpuRuntime.Core.Tests.Monitoring.Dashboards;

/// <summary>Asserts that the agent, or a recording rule, gives what an expression names.</summary>
internal static class KnownNames
{
    /// <summary>The agent's metrics and those that rules record, each with its labels.</summary>
    public static IReadOnlyDictionary<string, string[]> Metrics { get; } = WithRecorded();

    /// <param name="further">Labels that a legend or a text names beside.</param>
    public static void Assert(string expression, IEnumerable<string> further)
    {
        var names = PromqlNames.Of(expression);
        NUnit.Framework.Assert.That(names.Metrics, Is.Not.Empty.And.SubsetOf(Metrics.Keys), expression);
        foreach (var (metric, labels) in names.Selectors)
            NUnit.Framework.Assert.That(labels.Except(Metrics[metric]).Except(MetricTable.Target), Is.Empty, $"{metric} has no such labels: {expression}");
        NUnit.Framework.Assert.That(names.Grouping.Concat(further).Except(LabelsOf(names, Metrics)), Is.Empty, $"no metric of it has such labels: {expression}");
    }

    private static IEnumerable<string> LabelsOf(PromqlNames names, IReadOnlyDictionary<string, string[]> known) =>
        names.Metrics.SelectMany(metric => known[metric]).Concat(MetricTable.Target);

    private static Dictionary<string, string[]> WithRecorded()
    {
        var known = new Dictionary<string, string[]>(MetricTable.Labels);
        foreach (var rule in PrometheusRule.All.Where(rule => !rule.IsAlert))
        {
            var names = PromqlNames.Of(rule.Expression);
            known.Add(rule.Name, [.. (names.ResultLabels ?? LabelsOf(names, known)).Distinct()]);
        }

        return known;
    }
}
