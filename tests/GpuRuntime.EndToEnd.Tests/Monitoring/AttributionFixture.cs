using System.Globalization;
using System.Text.Json.Nodes;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Monitoring;

/// <summary>
/// Real containers of a real engine, real processes in the real /proc, and the agent; of a simulated host are the GPUs, and what AMD's driver tells
/// of those processes.
/// </summary>
public abstract class AttributionFixture(EngineKind kind) : EngineFixture(kind)
{
    private protected const string Amd0 = "0000:27:00.0";
    private protected const long Bytes = 3 << 20;

    private readonly List<IAsyncDisposable> _agents = [];
    private TestImage? _busybox;

    private protected KfdUsers Kfd => new(((MixedMachine)Machine).Host, Machine.Directory);

    [TearDown]
    public async Task EndAsync()
    {
        foreach (var agent in _agents)
            await agent.DisposeAsync();
        _agents.Clear();
        await RemoveContainersAsync();
        Kfd.Forget();
    }

    private protected ContainerRequest Granted => ContainerRequest.Of(_busybox!, "sleep", "1000").With("GPU_RUNTIME_GPUS", "amd:0");

    private protected ContainerRequest Ungranted => ContainerRequest.Of(_busybox!, "sleep", "1000") with { Runtime = RuntimeNames.Runc };

    private protected abstract Task RemoveContainersAsync();

    /// <summary>What the agent tells of a container once it has seen that a process uses the GPU.</summary>
    private protected async Task<JsonNode> UseAsync(int pid, Action<JsonObject>? configure = null, Func<JsonNode, bool>? until = null)
    {
        Kfd.Tell(pid, Amd0, Bytes);
        var name = $"agent-{Guid.NewGuid():N}";
        var config = Machine.WriteConfiguration($"{name}.json", configure ?? (static _ => { }));
        var agent = await ServedAgent.StartAsync(Command.Of(Programs.GpuRuntimeAgent, "serve", "--config", config), "127.0.0.1:0", Machine.Directory.Combine(name));
        _agents.Add(agent);
        var sample = await agent.SampleAsync(sample => ProcessOf(sample, pid) is not null && (until is null || until(sample)), $"process {pid} uses amd:0");
        Assert.That((string?)ProcessOf(sample, pid)!["name"], Is.EqualTo("sleep"));
        var id = (string?)ProcessOf(sample, pid)!["container"];
        Assert.That(id, Is.Not.Null, sample.ToJsonString());
        return sample["containers"]!.AsArray().Single(container => (string?)container!["id"] == id)!;
    }

    private protected static (string? Id, string? Engine, bool IsGranted, long? Memory, int? Processes) Summary(JsonNode container)
    {
        var unit = container["units"]!.AsArray().Single()!;
        Assert.That((string?)unit["id"], Is.EqualTo("amd:0"));
        return ((string?)container["id"], (string?)container["engine"], (bool)unit["granted"]!, (long?)unit["memoryUsedBytes"], (int?)unit["processes"]);
    }

    private protected static int Number(string text) => int.Parse(text.Trim(), CultureInfo.InvariantCulture);

    private protected override TestMachine CreateMachine(string lowLevelRuntime) => TestMachine.Create(
        ReadyHosts.ThreeVendors with { Nvidia = null, ExtraConfig = new JsonObject { ["host"] = new JsonObject { ["proc"] = "/proc" } } }, lowLevelRuntime);

    private protected override async Task PrepareAsync() => _busybox = await ImportedAsync(TestImage.Busybox(Machine.Directory));

    private static JsonNode? ProcessOf(JsonNode sample, int pid) => sample["processes"]?.AsArray().FirstOrDefault(process => (int?)process!["pid"] == pid);
}
