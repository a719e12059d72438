using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.Kubernetes.Manifests;

/// <summary>packaging/kubernetes, as Debian's kubectl takes it, Kubernetes' own schema knows it, and the programs that it names understand it.</summary>
[TestFixture(null)]
[TestFixture("trixie")]
public sealed class ManifestRows(string? suite) : ManifestFixture(suite)
{
    // Names that the device plugin registers.
    private static readonly string[] Resources =
        ["nvidia.com/gpu", "nvidia.com/gpu.shared", "nvidia.com/mig-1g.10gb", "amd.com/gpu", "gpu.intel.com/xe", "gpu.intel.com/i915", "gpu-runtime.io/memory-gib"];

    public static IEnumerable<string> Examples => Directory.GetFiles(Packaging("kubernetes", "examples")).Select(static file => Path.GetFileName(file)!).Order(StringComparer.Ordinal);

    [Test]
    public async Task The_manifest_is_a_namespace_with_all_that_a_node_needs()
    {
        var objects = await ManifestAsync();

        Assert.That(objects.Select(static item => (string)item["kind"]!), Is.EquivalentTo((string[])["Namespace", "ServiceAccount", "RuntimeClass", "ConfigMap", "DaemonSet"]));
        Assert.That(objects.Select(static item => (string)item["metadata"]!["name"]!), Has.All.EqualTo("gpu-runtime"));
        Assert.That(objects.Select(static item => (string?)item["metadata"]!["namespace"]), Has.All.Null.Or.EqualTo("gpu-runtime"));
        AssertKnown(objects);
    }

    [TestCaseSource(nameof(Examples))]
    public async Task An_example_is_a_pod_that_asks_for_what_there_is(string file)
    {
        var pod = (await Kubectl.DryRunAsync(Packaging("kubernetes", "examples", file))).Single();

        AssertKnown([pod]);
        var limits = pod["spec"]!["containers"]!.AsArray().Single()!["resources"]!["limits"]!.AsObject();
        Assert.That(Resources, Does.Contain(limits.Single().Key));
        Assert.That((string?)pod["spec"]!["runtimeClassName"], Is.EqualTo(limits.ContainsKey("gpu-runtime.io/memory-gib") ? "gpu-runtime" : null));
    }

    [TestCase("hostPid", true)]
    [TestCase("volumes", "none")]
    public async Task A_member_that_Kubernetes_does_not_know_would_be_found(string member, object value)
    {
        var set = (await ManifestAsync()).Single(static item => (string?)item["kind"] == "DaemonSet");
        set["spec"]!["template"]!["spec"]![member] = JsonValue.Create(value);

        Assert.That(ObjectSchema.Problems(set), Has.Some.StartsWith($"/spec/template/spec/{member}: "));
    }

    [Test]
    public async Task Kustomize_makes_the_same_of_the_directory()
    {
        static string[] Texts(JsonNode[] objects) => [.. objects.Select(static item => Sorted(item)!.ToJsonString()).Order(StringComparer.Ordinal)];

        Assert.That(Texts(await Kubectl.KustomizeAsync(Packaging("kubernetes"))), Is.EqualTo(Texts(await ManifestAsync())));
    }

    [Test]
    public async Task The_configuration_is_one_that_the_programs_take()
    {
        var told = await ConfigurationAsync(await ManifestAsync());

        Assert.That((told["kubernetes.deviceList"], told["kubernetes.mig"], told["host.driver"]), Is.EqualTo(("cdi", "none", "/host")));
    }

    [Test]
    public async Task The_agent_understands_its_arguments_and_finds_its_files_where_they_are_mounted()
    {
        var (spec, agent) = await AgentAsync();
        var command = agent["command"]!.AsArray().Select(static word => (string)word!).ToArray();
        var configuration = command[3];

        Assert.That(command, Is.EqualTo((string[])["/opt/gpu-runtime/bin/gpu-runtime-agent", "kubernetes", "--config", configuration]));
        // It gets as far as its configuration, which is not there.
        var result = await Command.Of(Programs.GpuRuntimeAgent, [.. command[1..]]).RunAsync();
        Assert.That((result.ExitCode, result.Error), Is.EqualTo((1, result.Error)));
        Assert.That(result.Error, Does.Contain(configuration).And.Not.Contain("usage:"));
        Assert.That(Mounts(agent)[Path.GetDirectoryName(configuration)!], Is.EqualTo("config"));
        Assert.That((bool?)spec["hostPID"], Is.True);
    }

    [Test]
    public async Task Paths_that_the_agent_has_by_default_are_those_of_the_node()
    {
        var (spec, agent) = await AgentAsync();
        var told = await ConfigurationAsync(await ManifestAsync());
        var mounts = Mounts(agent);
        var hosts = spec["volumes"]!.AsArray().Where(static volume => volume!["hostPath"] is not null)
            .ToDictionary(static volume => (string)volume!["name"]!, static volume => (string)volume!["hostPath"]!["path"]!);

        string[] paths = [told["kubernetes.pluginDirectory"], Path.GetDirectoryName(told["agent.podResources"])!, Path.GetDirectoryName(told["kubernetes.featureFile"])!, told["stateDirectory"], told["host.dev"], told["host.sys"]];

        foreach (var path in paths)
            Assert.That(hosts[mounts[path]], Is.EqualTo(path));
        Assert.That(hosts[mounts[told["host.driver"]]], Is.EqualTo("/"));
        // Where runc, crun and the engines keep which containers live.
        Assert.That(hosts[mounts["/run"]], Is.EqualTo("/run"));
    }

    [Test]
    public async Task Mounts_have_volumes_labels_are_selected_and_images_are_of_this_version()
    {
        var set = (await ManifestAsync()).Single(static item => (string?)item["kind"] == "DaemonSet");
        var spec = set["spec"]!["template"]!["spec"]!;
        var containers = spec["initContainers"]!.AsArray().Concat(spec["containers"]!.AsArray()).Select(static container => container!).ToList();
        var volumes = spec["volumes"]!.AsArray().Select(static volume => (string)volume!["name"]!).ToList();

        Assert.That(containers.SelectMany(static container => Mounts(container).Values).Distinct(), Is.EquivalentTo(volumes));
        Assert.That(set["spec"]!["template"]!["metadata"]!["labels"]!.ToJsonString(), Is.EqualTo(set["spec"]!["selector"]!["matchLabels"]!.ToJsonString()));
        var version = (await Command.Of(Programs.GpuRuntimeAgent, "--version").RunAsync()).EnsureSuccess().Output.Trim().Split(' ')[^1];
        Assert.That(containers.Select(static container => (string)container["image"]!).Distinct(), Is.EqualTo((string[])[$"gpu-runtime:{version}"]));
        Assert.That((bool?)spec["automountServiceAccountToken"], Is.False);
    }

    private async Task<(JsonNode Spec, JsonNode Agent)> AgentAsync()
    {
        var spec = (await ManifestAsync()).Single(static item => (string?)item["kind"] == "DaemonSet")["spec"]!["template"]!["spec"]!;
        return (spec, spec["containers"]!.AsArray().Single(static container => (string?)container!["name"] == "agent")!);
    }

    private static Dictionary<string, string> Mounts(JsonNode container) =>
        container["volumeMounts"]?.AsArray().ToDictionary(static mount => (string)mount!["mountPath"]!, static mount => (string)mount!["name"]!) ?? [];

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.OrderBy(static member => member.Key, StringComparer.Ordinal).Select(static member => KeyValuePair.Create(member.Key, Sorted(member.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
