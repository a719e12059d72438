using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace GpuRuntime.Core.Tests.Monitoring.Dashboards;

/// <summary>Dashboards of config/grafana: whole, for any data source of Prometheus's, and of what the agent gives.</summary>
public sealed partial class DashboardTests
{
    private static IEnumerable<string> Names => Repository.Files("config/grafana", "*.json").Select(path => Path.GetFileName(path));

    private static IEnumerable<TestCaseData> Targets =>
        from name in Names
        from panel in Panels(Read(name))
        from target in panel["targets"]?.AsArray() ?? []
        select new TestCaseData((string)target!["expr"]!, (string)target["legendFormat"]!, Renamed(panel)).SetArgDisplayNames(name, (string)panel["title"]!, (string)target["refId"]!);

    private static IEnumerable<TestCaseData> Queries =>
        from name in Names
        from variable in Variables(Read(name)).Where(variable => (string)variable["type"]! == "query")
        select new TestCaseData((string)variable["query"]!["query"]!).SetArgDisplayNames(name, (string)variable["name"]!);

    [Test]
    public void There_are_one_of_all_GPUs_one_of_containers_and_one_of_health() => Assert.That(Names, Is.EqualTo((string[])["containers.json", "health.json", "overview.json"]));

    [TestCaseSource(nameof(Targets))]
    public void A_panel_names_metrics_and_labels_that_there_are(string expression, string legend, string[] columns) =>
        KnownNames.Assert(expression, [.. LegendLabel().Matches(legend).Select(match => match.Groups[1].Value), .. columns]);

    [TestCaseSource(nameof(Queries))]
    public void A_variable_names_a_metric_and_a_label_that_there_are(string query) => KnownNames.Assert(query, []);

    [TestCaseSource(nameof(Names))]
    public void It_can_be_imported_anywhere(string name)
    {
        var dashboard = Read(name);

        Assert.That((int)dashboard["schemaVersion"]!, Is.EqualTo(39));
        Assert.That(dashboard["id"], Is.Null);
        Assert.That((string)dashboard["uid"]!, Does.Match("^gpu-runtime-[a-z]+$"));
        Assert.That((string)dashboard["title"]!, Is.Not.Empty);
        Assert.That(Panels(dashboard).Where(panel => panel.ContainsKey("id")), Is.Empty);
        Assert.That((string)Variables(dashboard).First()["type"]!, Is.EqualTo("datasource"));
        Assert.That(DataSources(dashboard), Is.Not.Empty.And.All.EqualTo("${datasource}"));
    }

    [TestCaseSource(nameof(Names))]
    public void Its_panels_lie_within_the_grid_and_on_no_other(string name)
    {
        var places = Panels(Read(name)).Select(panel => (Title: (string)panel["title"]!, X: At(panel, "x"), Y: At(panel, "y"), W: At(panel, "w"), H: At(panel, "h"))).ToList();

        Assert.That(places.Where(place => place.X < 0 || place.X + place.W > 24 || place.H < 1), Is.Empty);
        Assert.That(places.Select(place => place.Title), Is.Unique);
        Assert.That(
            from one in places
            from other in places
            where one != other && one.X < other.X + other.W && other.X < one.X + one.W && one.Y < other.Y + other.H && other.Y < one.Y + one.H
            select (one.Title, other.Title), Is.Empty);
    }

    // Grafana's own variables, and those that the dashboard has.
    [TestCaseSource(nameof(Names))]
    public void It_uses_no_variable_that_it_has_not(string name)
    {
        var dashboard = Read(name);
        var known = Variables(dashboard).Select(variable => (string)variable["name"]!);

        Assert.That(Variable().Matches(dashboard.ToJsonString()).Select(match => match.Groups[1].Value).Distinct().Except(known), Is.EqualTo((string[])["__rate_interval"]));
    }

    [Test]
    public void Every_metric_of_the_agents_own_is_shown_or_said_to_be_left_out()
    {
        string[] leftOut =
        [
            "gpu_runtime_clock_max_hertz", "gpu_runtime_fan_ratio", "gpu_runtime_memory_activity_ratio", "gpu_runtime_memory_pool_total_bytes", "gpu_runtime_memory_pool_used_bytes",
            "gpu_runtime_memory_reserved_bytes", "gpu_runtime_mig_device_info", "gpu_runtime_mig_memory_total_bytes", "gpu_runtime_mig_utilization_ratio", "gpu_runtime_voltage_volts",
        ];
        var shown = Targets.SelectMany(target => PromqlNames.Of((string)target.Arguments[0]!).Metrics).ToHashSet();

        Assert.That(MetricTable.Labels.Keys.Where(metric => metric.StartsWith("gpu_runtime_", StringComparison.Ordinal)).Except(shown), Is.EquivalentTo(leftOut));
    }

    private static JsonObject Read(string name) => JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "config/grafana", name)))!.AsObject();

    private static IEnumerable<JsonObject> Panels(JsonObject dashboard) => dashboard["panels"]!.AsArray().Select(panel => panel!.AsObject());

    private static IEnumerable<JsonObject> Variables(JsonObject dashboard) => dashboard["templating"]!["list"]!.AsArray().Select(variable => variable!.AsObject());

    private static int At(JsonObject panel, string name) => (int)panel["gridPos"]![name]!;

    // Columns of a table are labels, but for the values themselves. Those of a table of several queries are of one of them.
    private static string[] Renamed(JsonObject panel) =>
        panel["targets"]!.AsArray().Count > 1
            ? []
            : [.. (panel["transformations"]?.AsArray() ?? []).Where(step => (string)step!["id"]! == "organize")
                .SelectMany(step => step!["options"]!["renameByName"]!.AsObject().Select(column => column.Key)).Where(column => !column.StartsWith("Value", StringComparison.Ordinal))];

    private static IEnumerable<string> DataSources(JsonNode? node) => node switch
    {
        JsonObject json => json.SelectMany(member => member is { Key: "datasource", Value: JsonObject source } ? [(string)source["uid"]!] : DataSources(member.Value)),
        JsonArray array => array.SelectMany(DataSources),
        _ => [],
    };

    [GeneratedRegex(@"\{\{(\w+)\}\}")]
    private static partial Regex LegendLabel();

    [GeneratedRegex(@"\$\{?(\w+)")]
    private static partial Regex Variable();
}
