using System.Text.Json.Nodes;
using GpuRuntime.EndToEnd.Tests.Monitoring;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Kubernetes;

/// <summary>The real agent beside a kubelet that gRPC's own implementation stands in for, on simulated hosts: a host, a kubelet and an agent for each test.</summary>
public abstract class PluginFixture
{
    private protected const string NvidiaGpu = "nvidia.com/gpu";
    private protected const string AmdGpu = "amd.com/gpu";
    private protected const string IntelXe = "gpu.intel.com/xe";

    /// <summary>GPUs that all tell something: for others the agent waits some seconds before it offers them.</summary>
    internal static SimulatedHostOptions ThreeVendors { get; } = ReadyHosts.ThreeVendors with { Intel = [.. ReadyHosts.ThreeVendors.Intel.Select(static gpu => gpu with { HasSensors = true })] };

    private readonly List<IAsyncDisposable> _things = [];
    private FakeKubelet? _kubelet;
    private TestMachine? _machine;

    private protected FakeKubelet Kubelet => _kubelet!;

    private protected TestMachine Machine => _machine!;

    private protected string FeatureFile => Machine.Directory.Combine("features.d", "gpu-runtime");

    [TearDown]
    public async Task EndAsync()
    {
        foreach (var thing in Enumerable.Reverse(_things))
            await thing.DisposeAsync();
        _things.Clear();
        _kubelet?.Dispose();
        _kubelet = null;
        if (_machine is not null)
            await _machine.DisposeAsync();
        _machine = null;
    }

    /// <summary>Makes the host and a kubelet that listens. NVIDIA's GPUs are told of by a library that stands in for the driver's.</summary>
    private protected async Task<StandInManagementLibrary?> PrepareAsync(SimulatedHostOptions options)
    {
        try
        {
            var machine = TestMachine.Create(options);
            _machine = machine;
            Machine.Directory.CreateSubdirectory("features.d");
            _kubelet = await FakeKubelet.CreateAsync(Machine.Directory);
            await Kubelet.StartAsync();
            return machine.Host.NvidiaGpus is [] ? null : StandInManagementLibrary.PutInto(machine.Host.DriverRoot, NvmlScenario.Of(machine.Host.NvidiaGpus, static _ => "RemappedRows 3 1 0 0\n"));
        }
        catch (TestResourceUnavailableException unavailable)
        {
            Assert.Ignore(unavailable.Reason);
            throw;
        }
    }

    /// <summary>Starts the agent with these keys of <c>kubernetes</c> in its configuration.</summary>
    private protected async Task<ServedAgent> StartAgentAsync(params (string Key, JsonNode Value)[] keys)
    {
        var agent = await ServedAgent.StartAsync(Agent(keys), "127.0.0.1:0", Machine.Directory.Combine($"agent-{Guid.NewGuid():N}"));
        _things.Add(agent);
        return agent;
    }

    private protected Command Agent(params (string Key, JsonNode Value)[] keys) => Command.Of(Programs.GpuRuntimeAgent, "kubernetes", "--config", Configuration(keys));

    /// <returns>The file's path.</returns>
    private protected string Configuration(params (string Key, JsonNode Value)[] keys) => KubernetesConfiguration.Write(Machine, keys);

    /// <summary>The indexes of devices in the plugin's list, by their ids.</summary>
    private protected static string Places(PluginList list, IEnumerable<string> ids) => string.Join(' ', ids.Select(id => list.Ids.IndexOf(id)).Order());
}
