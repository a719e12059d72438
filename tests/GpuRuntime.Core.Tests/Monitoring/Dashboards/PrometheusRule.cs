using YamlDotNet.RepresentationModel;

namespace GpuRuntime.Core.Tests.Monitoring.Dashboards;

/// <summary>One rule of config/prometheus.</summary>
/// <param name="Name">Of the alert, or the recorded series.</param>
/// <param name="Annotations">Texts with <c>{{ $labels.gpu }}</c> and the like; none for a recorded series.</param>
internal sealed record PrometheusRule(string Name, string Expression, bool IsAlert, IReadOnlyList<string> Annotations)
{
    public static IReadOnlyList<PrometheusRule> All { get; } = [.. Repository.Files("config/prometheus", "*.yml").SelectMany(Read)];

    public override string ToString() => Name;

    private static IEnumerable<PrometheusRule> Read(string path)
    {
        var yaml = new YamlStream();
        using (var reader = new StreamReader(path))
            yaml.Load(reader);
        foreach (var rule in ((YamlSequenceNode)yaml.Documents[0].RootNode["groups"]).SelectMany(group => (YamlSequenceNode)group["rules"]).Cast<YamlMappingNode>())
        {
            var isAlert = rule.Children.ContainsKey("alert");
            yield return new PrometheusRule(
                $"{rule[isAlert ? "alert" : "record"]}", $"{rule["expr"]}", isAlert,
                isAlert ? [.. ((YamlMappingNode)rule["annotations"]).Children.Values.Select(value => $"{value}")] : []);
        }
    }
}
