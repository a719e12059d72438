using System.Text.Json.Nodes;
using GpuRuntime.EndToEnd.Tests.Rows;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Monitoring.Nvidia;

/// <summary>
/// The real agent on a simulated host with NVIDIA's GPUs. What tells of them is a library that stands in for the driver's libnvidia-ml, and says what a
/// scenario says.
/// </summary>
public abstract class NvidiaAgentFixture
{
    private protected const string Container = "5f1c0a9be27d5836c1e4f70b92ad8635e0c7b1f2a3d4958677881122aabbccdd";

    /// <summary>In place of a row that waits to be replaced, which makes a GPU unhealthy.</summary>
    private protected const string Well = "RemappedRows 3 1 0 0\n";

    private readonly List<ServedAgent> _agents = [];
    private AdminScene? _scene;

    private protected AdminScene Scene => _scene!;

    private protected NvidiaMachine Machine => Scene.Machine;

    private protected StandInManagementLibrary Library { get; private set; } = null!;

    private protected virtual SimulatedNvidiaHostOptions Options => new() { GpuCount = 2 };

    [SetUp]
    public void MakeHost()
    {
        try
        {
            _scene = AdminScene.Create(Options);
            Library = StandInManagementLibrary.PutInto(Machine.Host.DriverRoot, Scenario());
        }
        catch (TestResourceUnavailableException unavailable)
        {
            Assert.Ignore(unavailable.Reason);
        }
    }

    [TearDown]
    public async Task EndAsync()
    {
        foreach (var agent in _agents)
            await agent.DisposeAsync();
        _agents.Clear();
        if (_scene is not null)
            await _scene.DisposeAsync();
    }

    /// <param name="more">Lines of each GPU, in place of those that it has otherwise.</param>
    private protected string Scenario(Func<SimulatedGpu, string>? more = null) => NvmlScenario.Of(Machine.Host.Gpus, gpu => $"{more?.Invoke(gpu)}\n{Well}");

    private protected async Task<ServedAgent> ServeAsync(params string[] arguments)
    {
        var command = Command.Of(Programs.GpuRuntimeAgent, ["serve", "--config", Machine.ConfigPath, .. arguments]);
        var agent = await ServedAgent.StartAsync(command, "127.0.0.1:0", Machine.Directory.Combine($"agent-{Guid.NewGuid():N}"));
        _agents.Add(agent);
        return agent;
    }

    private protected static async Task<string[]> MetricsAsync(ServedAgent agent) => (await agent.GetAsync("/metrics")).Text.Split('\n');

    private protected static JsonNode Gpu(JsonNode sample, int index = 0) => sample["gpus"]![index]!;

    /// <summary>The codes of what is wrong with it.</summary>
    private protected static string[] Reasons(JsonNode gpu) => [.. gpu["health"]!["reasons"]!.AsArray().Select(static reason => (string)reason!["code"]!)];
}
