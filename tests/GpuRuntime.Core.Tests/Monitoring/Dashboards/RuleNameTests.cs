using System.Text.RegularExpressions;

namespace GpuRuntime.Core.Tests.Monitoring.Dashboards;

/// <summary>Rules of config/prometheus name what the agent gives, and nothing else.</summary>
public sealed partial class RuleNameTests
{
    private static IEnumerable<TestCaseData> Rules => PrometheusRule.All.Select(rule => new TestCaseData(rule.Name, rule.Expression, rule.Annotations.ToArray()).SetArgDisplayNames(rule.Name));

    [TestCaseSource(nameof(Rules))]
    public void A_rule_names_metrics_and_labels_that_there_are(string name, string expression, string[] annotations)
    {
        ArgumentNullException.ThrowIfNull(annotations);
        Assert.That(name, Does.Match("^(GpuRuntime[A-Z][A-Za-z]+|[a-z]+:gpu_runtime_[a-z_]+:[a-z0-9]+)$"));
        KnownNames.Assert(expression, annotations.SelectMany(text => Label().Matches(text).Select(match => match.Groups[1].Value)));
    }

    [Test]
    public void Names_are_found_wherever_an_expression_has_them()
    {
        var names = PromqlNames.Of("""sum by (job, gpu) (rate(a_total{kind=~"x|y}{",b!="\"c"}[5m] offset 10m)) / on (gpu) group_left (name) (x:b:sum > 0) or count(c) and d == 1e9 unless vector(0)""");

        Assert.That(names.Metrics, Is.EqualTo((string[])["a_total", "x:b:sum", "c", "d"]));
        Assert.That(names.Selectors[0].Labels, Is.EqualTo((string[])["kind", "b"]));
        Assert.That(names.Grouping, Is.EqualTo((string[])["job", "gpu", "gpu", "name"]));
        Assert.That(names.ResultLabels, Is.EqualTo((string[])["job", "gpu"]));
        Assert.That(PromqlNames.Of("""label_values(m{job=~"$job"}, gpu)""").Grouping, Is.EqualTo((string[])["gpu"]));
    }

    [TestCase("gpu_runtime_utilisation_ratio")]
    [TestCase("""gpu_runtime_up{sensor="edge"}""")]
    [TestCase("sum by (sensor) (gpu_runtime_up)")]
    public void A_name_that_there_is_not_is_noticed(string expression) =>
        Assert.That(() => KnownNames.Assert(expression, []), Throws.InstanceOf<AssertionException>().Or.InstanceOf<MultipleAssertException>());

    [GeneratedRegex(@"\$labels\.(\w+)")]
    private static partial Regex Label();
}
