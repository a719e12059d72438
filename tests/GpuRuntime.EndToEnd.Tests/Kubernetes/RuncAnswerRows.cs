using System.Collections.Immutable;
using System.Text.Json.Nodes;
using GpuRuntime.EndToEnd.Tests.Rows;
using GpuRuntime.EndToEnd.Tests.Vendors;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Kubernetes;

/// <summary>Answers of each strategy in containers of runc, through our runtime where the strategy takes it.</summary>
[TestFixture(EngineKind.RuncOnCgroupV1)]
[TestFixture(EngineKind.RuncOnCgroupV2)]
public sealed class RuncAnswerRows(EngineKind kind) : AnswerFixture(kind)
{
    private const string Slices = "gpu-runtime.io/memory-gib";
    private const int ReadableAndWritable = 0b110_110_110;

    private static readonly ImmutableArray<string> ListAndOpen = ["sh", "-c", "exec /bin/opendev $(find /dev/nvidia* /dev/dri /dev/kfd -type c 2>/dev/null)"];

    private BundleEngine Bundles => (BundleEngine)Engine;

    [TestCase(NvidiaGpu, 1)]
    [TestCase(NvidiaGpu, 0, 1)]
    [TestCase(AmdGpu, 0)]
    [TestCase(AmdGpu, 1, 0)]
    [TestCase(IntelXe, 0)]
    public async Task The_CDI_names_of_an_answer_are_those_GPUs_in_the_vendors_variable(string resource, params int[] places)
    {
        await StartAgentAsync();

        var names = CdiNames(await AllocateAsync(resource, places));

        Assert.That(names, Has.Length.EqualTo(places.Length));
        AssertExactly(await RunAsync(Request(ListAndOpen).With("NVIDIA_VISIBLE_DEVICES", string.Join(',', names))), Of(resource, places));
    }

    [TestCase(NvidiaGpu, 1)]
    [TestCase(AmdGpu, 1)]
    [TestCase(IntelXe, 0)]
    public async Task The_CDI_names_of_an_answer_are_those_GPUs_in_an_annotation(string resource, int place)
    {
        await StartAgentAsync();

        var names = CdiNames(await AllocateAsync(resource, place));

        AssertExactly(await RunAsync(Request(ListAndOpen), Annotation("cdi.k8s.io/kubelet_gpu", string.Join(',', names))), Of(resource, place));
    }

    [TestCase(NvidiaGpu, "NVIDIA_VISIBLE_DEVICES", 0, 1)]
    [TestCase(NvidiaGpu, "NVIDIA_VISIBLE_DEVICES", 1)]
    [TestCase(AmdGpu, "AMD_VISIBLE_DEVICES", 1)]
    [TestCase(IntelXe, "INTEL_VISIBLE_DEVICES", 0)]
    public async Task The_environment_strategys_variable_is_read_by_the_runtime(string resource, string variable, params int[] places)
    {
        await StartAgentAsync(("deviceList", "environment"));

        var answer = await AllocateAsync(resource, places);

        var (name, value) = answer["envs"]!.AsObject().Single();
        Assert.That(name, Is.EqualTo(variable));
        AssertExactly(await RunAsync(Request(ListAndOpen).With(name, (string)value!)), Of(resource, places));
    }

    [TestCase(NvidiaGpu, 1)]
    [TestCase(AmdGpu, 0)]
    [TestCase(IntelXe, 0)]
    public async Task The_nodes_strategys_nodes_open_without_any_runtime_of_ours(string resource, int place)
    {
        await StartAgentAsync(("deviceList", "nodes"));

        var answer = await AllocateAsync(resource, place);

        Assert.That(CdiNames(answer), Is.Empty);
        var tree = await DeviceTree.ReadAsync(Machine, Busybox);
        var options = BundleEngine.DefaultOptions with { Edit = config => AddNodes(config, answer["devices"]!.AsArray(), tree) };
        var result = await RunAsync(Request(ListAndOpen) with { Runtime = "bare" }, options);
        // Those for drawing come with the others: nobody has asked for capabilities.
        AssertExactly(result, Of(resource, place).SelectMany(static gpu => gpu.Nodes.Concat(gpu.DrmNodes)));
    }

    [TestCase("cdi")]
    [TestCase("environment")]
    public async Task Memory_is_held_within_the_GiB_that_were_asked_for(string strategy)
    {
        await StartAgentAsync(("memorySlices", true), ("deviceList", strategy));
        string[] ids = [.. Enumerable.Range(3, 5).Select(static slice => $"0000:83:00.0::m{slice}")];
        await Kubelet.ListAsync(Slices, list => list.Ids.Contains(ids[0]), ids[0]);
        var answer = await Kubelet.AllocateAsync(Slices, ids);

        var (id, result) = await CreateAsync(answer);

        result.EnsureSuccess();
        var gpu = new LedgerFiles(Machine.StateDirectory).Read().Single(entry => (string?)entry["container"] == id)["gpus"]!.AsArray().Single()!;
        Assert.That(((string?)gpu["id"], (long?)gpu["memory"]!["limitBytes"], (string?)gpu["memory"]!["tier"]), Is.EqualTo(("amd:1", 5L << 30, "watchdog")));
    }

    [Test]
    public async Task Memory_of_two_GPUs_is_refused_in_one_sentence()
    {
        await StartAgentAsync(("memorySlices", true));
        await Kubelet.ListAsync(Slices);

        var answer = await Kubelet.CallAsync(Slices, "Allocate", FakeKubelet.Requests(new JsonObject { ["devices_ids"] = new JsonArray("0000:27:00.0::m0", "0000:83:00.0::m0") }));

        Assert.That((string?)answer["status"], Is.EqualTo("INVALID_ARGUMENT"), answer.ToJsonString());
        Assert.That((string?)answer["details"], Does.Contain("GRT5402").And.Contain("amd:0, amd:1"));
    }

    [Test]
    public async Task Shares_of_one_GPU_are_that_GPU_once()
    {
        await StartAgentAsync(("replicas", 4));
        await Kubelet.ListAsync("amd.com/gpu.shared");

        var names = CdiNames(await Kubelet.AllocateAsync("amd.com/gpu.shared", "0000:27:00.0::0", "0000:27:00.0::3"));

        Assert.That(names, Has.Length.EqualTo(1));
        AssertExactly(await RunAsync(Request(ListAndOpen).With("NVIDIA_VISIBLE_DEVICES", names[0])), Of(AmdGpu, 0));
    }

    private ContainerRequest Request(ImmutableArray<string> command) => ContainerRequest.Of(Busybox, command.AsSpan());

    private static BundleOptions Annotation(string name, string value) =>
        BundleEngine.DefaultOptions with { Annotations = ImmutableSortedDictionary<string, string>.Empty.Add(name, value) };

    private async Task<CommandResult> RunAsync(ContainerRequest request, BundleOptions? options = null)
    {
        var id = NewId();
        var bundle = await Bundles.CreateBundleAsync(id, request, options);
        return await Bundles.Runtime(request.Runtime, "run", "--bundle", bundle.Directory, id).RunAsync();
    }

    // Environment and annotations as the answer has them.
    private async Task<(string Id, CommandResult Result)> CreateAsync(JsonNode answer)
    {
        var request = (answer["envs"]?.AsObject() ?? []).Aggregate(Request(["sleep", "60"]), static (request, variable) => request.With(variable.Key, (string)variable.Value!));
        var annotations = (answer["annotations"]?.AsObject() ?? []).ToImmutableSortedDictionary(static pair => pair.Key, static pair => (string)pair.Value!);
        var id = NewId();
        var bundle = await Bundles.CreateBundleAsync(id, request, BundleEngine.DefaultOptions with { Annotations = annotations });
        return (id, await Bundles.Runtime(RuntimeNames.GpuRuntime, "create", "--bundle", bundle.Directory, id).RunAsync());
    }

    private static string NewId() => $"c{Guid.NewGuid():N}";

    // As container engines make it of the kubelet's list.
    private void AddNodes(JsonObject config, JsonArray nodes, ImmutableArray<HostNode> tree)
    {
        var linux = config["linux"]!;
        linux["devices"] ??= new JsonArray();
        foreach (var node in nodes)
        {
            var onHost = tree.Single(other => Machine.DevRoot + other.Path["/dev".Length..] == (string)node!["host_path"]!);
            linux["devices"]!.AsArray().Add(new JsonObject { ["path"] = (string)node!["container_path"]!, ["type"] = "c", ["major"] = onHost.Major, ["minor"] = onHost.Minor, ["fileMode"] = ReadableAndWritable });
            linux["resources"]!["devices"]!.AsArray().Add(new JsonObject { ["allow"] = true, ["type"] = "c", ["major"] = onHost.Major, ["minor"] = onHost.Minor, ["access"] = (string)node["permissions"]! });
        }
    }

    private static void AssertExactly(CommandResult result, IEnumerable<HostGpu> gpus) => AssertExactly(result, gpus.SelectMany(static gpu => gpu.Nodes));

    private static void AssertExactly(CommandResult result, IEnumerable<string> nodes)
    {
        string[] expected = [.. nodes.Distinct()];
        Probe.AssertAllOpen(result, expected);
        Assert.That(Probe.Results(result).Keys, Is.EquivalentTo(expected), result.ToString());
    }

    private protected override ImmutableDictionary<string, string> Runtimes() => base.Runtimes().Add("bare", Programs.Engine("runc"));
}
