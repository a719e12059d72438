using System.Collections.Immutable;
using System.Text.Json.Nodes;
using GpuRuntime.EndToEnd.Tests.Cdi;
using GpuRuntime.EndToEnd.Tests.Monitoring;
using GpuRuntime.EndToEnd.Tests.Vendors;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Kubernetes;

/// <summary>What the agent answers to an allocation, handed on to real containers as the kubelet and its engine hand it on: GPUs of three vendors.</summary>
public abstract class AnswerFixture(EngineKind kind) : EngineFixture(kind)
{
    private protected const string NvidiaGpu = "nvidia.com/gpu";
    private protected const string AmdGpu = "amd.com/gpu";
    private protected const string IntelXe = "gpu.intel.com/xe";

    private readonly List<IAsyncDisposable> _agents = [];
    private FakeKubelet? _kubelet;
    private TestImage? _busybox;

    private protected FakeKubelet Kubelet => _kubelet!;

    private protected TestImage Busybox => _busybox!;

    private protected new SimulatedHost Host => ((MixedMachine)Machine).Host;

    private protected ImmutableArray<HostGpu> Gpus => HostGpus.Of(Machine);

    [TearDown]
    public async Task EndAgentsAsync()
    {
        foreach (var agent in _agents)
            await agent.DisposeAsync();
        _agents.Clear();
    }

    [OneTimeTearDown]
    public void EndKubelet() => _kubelet?.Dispose();

    private protected async Task<ServedAgent> StartAgentAsync(params (string Key, JsonNode Value)[] keys)
    {
        await Kubelet.StopAsync();
        await Kubelet.StartAsync();
        var command = Command.Of(Programs.GpuRuntimeAgent, "kubernetes", "--config", KubernetesConfiguration.Write(Machine, keys));
        var agent = await ServedAgent.StartAsync(command, "127.0.0.1:0", Machine.Directory.Combine($"agent-{Guid.NewGuid():N}"));
        _agents.Add(agent);
        return agent;
    }

    /// <summary>What a container is told to get that asks for devices, by their places in the plugin's list.</summary>
    private protected async Task<JsonNode> AllocateAsync(string resource, params int[] places)
    {
        var list = await Kubelet.ListAsync(resource);
        return await Kubelet.AllocateAsync(resource, places.Select(place => list.Ids[place]));
    }

    private protected static string[] CdiNames(JsonNode answer) => [.. answer["cdi_devices"]?.AsArray().Select(static device => (string)device!["name"]!) ?? []];

    /// <summary>The GPUs of a resource by their places in its list.</summary>
    private protected IEnumerable<HostGpu> Of(string resource, params int[] places)
    {
        var vendor = resource switch { NvidiaGpu => "nvidia", AmdGpu => "amd", _ => "intel" };
        return Gpus.Named([.. places.Select(place => $"{vendor}:{place}")]);
    }

    private protected override TestMachine CreateMachine(string lowLevelRuntime)
    {
        var machine = TestMachine.Create(PluginFixture.ThreeVendors, lowLevelRuntime);
        StandInManagementLibrary.PutInto(machine.Host.DriverRoot, NvmlScenario.Of(machine.Host.NvidiaGpus, static _ => "RemappedRows 3 1 0 0\n"));
        SpecDirectories.For(machine, static config => config["cdi"]!["annotations"] = true);
        return machine;
    }

    private protected override async Task PrepareAsync()
    {
        _busybox = await ImportedAsync(TestImage.Busybox(Machine.Directory));
        _kubelet = await FakeKubelet.CreateAsync(Machine.Directory);
        await Kubelet.StartAsync();
    }
}
