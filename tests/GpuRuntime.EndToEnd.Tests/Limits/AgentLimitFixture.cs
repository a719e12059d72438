using System.Text.Json.Nodes;
using GpuRuntime.EndToEnd.Tests.Rows;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Limits;

/// <summary>The agent's hook for limits, on containers that runc makes.</summary>
public abstract class AgentLimitFixture(EngineKind kind) : BundleFixture(kind)
{
    private protected const string Gpu = "0000:3b:00.0";
    private protected const string OtherGpu = "0000:86:00.0";
    private protected const ulong Limit = 2UL << 30;

    // As the runtime writes it: the longest that a driver may hold a container up.
    private protected const int HookSeconds = 10;

    private StandInNvml? _nvml;

    private protected StandInNvml Nvml => _nvml!;

    [SetUp]
    public void BeginRecord() => Nvml.Begin($"gpu {Gpu}", $"gpu {OtherGpu}");

    private protected override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        _nvml = await StandInNvml.CompileAsync(Machine.Directory.Combine("nvml"));
    }

    private protected string Directory(string id) => $"/sys/fs/cgroup/{Path.GetFileName(Machine.Directory.FullPath)}/{id}";

    /// <summary>A container that is created and not started; the file holds its state as a hook gets it.</summary>
    private protected async Task<(string Id, string State)> CreateContainerAsync()
    {
        var id = NewId();
        var bundle = await CreateBundleAsync(id, null, null, "true");
        (await Runc("--root", Bundles.StateRoot, "create", "--bundle", bundle.Directory, id).RunAsync()).EnsureSuccess();
        var state = Machine.Directory.Combine($"{id}.json");
        await File.WriteAllTextAsync(state, (await Runc("--root", Bundles.StateRoot, "state", id).RunAsync()).EnsureSuccess().Output);
        return (id, state);
    }

    /// <summary>The agent as a hook: a state on standard input, and an environment that is none of its own.</summary>
    private protected Task<CommandResult> RunAgentAsync(string state, params ReadOnlySpan<string> arguments) =>
        (Bundles.Complete(Command.Of(Programs.GpuRuntimeAgent, ["limit", .. arguments])) with { InputPath = state }).WithEnvironment("DOTNET_GCHeapHardLimit", "1").RunAsync();

    private protected static string Option(string gpu = Gpu, ulong limit = Limit) => $"--gpu={gpu}={limit}";

    private protected string LibraryOption => $"--library={Nvml.Library}";

    private protected static void AssertRefused(CommandResult result, string code, params string[] words)
    {
        Assert.That((result.ExitCode, result.Output), Is.EqualTo((1, "")), result.ToString());
        Assert.That(result.Error.Trim().Split('\n'), Has.Length.EqualTo(1), result.Error);
        Assert.That(result.Error, Does.StartWith($"gpu-runtime-agent: {code}: "));
        foreach (var word in words)
            Assert.That(result.Error, Does.Contain(word));
    }

    private protected BundleOptions WithHook(params string[] arguments) => BundleEngine.DefaultOptions with
    {
        Hooks = new JsonObject
        {
            ["createRuntime"] = new JsonArray(new JsonObject
            {
                ["path"] = Programs.GpuRuntimeAgent,
                ["args"] = new JsonArray(["gpu-runtime-agent", "limit", .. arguments.Select(argument => (JsonNode)argument)]),
                ["env"] = new JsonArray("PATH=/usr/bin"),
                ["timeout"] = HookSeconds,
            }),
        },
        Edit = config => config["mounts"]!.AsArray().Add(
            new JsonObject { ["destination"] = "/nvml", ["type"] = "bind", ["source"] = Nvml.Directory, ["options"] = new JsonArray("rbind", "ro") }),
    };
}
