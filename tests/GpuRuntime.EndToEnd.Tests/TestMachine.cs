using System.Collections.Immutable;
using System.Text.Json.Nodes;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests;

/// <summary>A simulated NVIDIA host, and gpu-runtime configured to see it instead of the machine.</summary>
internal sealed class TestMachine : IAsyncDisposable
{
    private TestMachine(TestDirectory directory, SimulatedNvidiaHost host)
    {
        Directory = directory;
        Host = host;
    }

    public TestDirectory Directory { get; }

    public SimulatedNvidiaHost Host { get; }

    /// <summary>What the engine must be started with.</summary>
    public ImmutableDictionary<string, string?> Environment =>
        ImmutableDictionary<string, string?>.Empty.Add("GPU_RUNTIME_CONFIG", Host.ConfigPath);

    public string StateDirectory => Directory.Combine("state");

    public static TestMachine Create(SimulatedNvidiaHostOptions? options = null, string lowLevelRuntime = "runc")
    {
        var directory = TestDirectory.Create();
        options ??= new SimulatedNvidiaHostOptions();
        var config = options.ExtraConfig?.DeepClone().AsObject() ?? [];
        config["stateDirectory"] = directory.Combine("state");
        config["lowLevelRuntimes"] = new JsonArray(lowLevelRuntime);
        return new TestMachine(directory, SimulatedNvidiaHost.Create(directory.Combine("host"), options with { ExtraConfig = config }));
    }

    /// <summary>A second configuration for the same host, for example one that is broken.</summary>
    /// <returns>The file's path.</returns>
    public string WriteConfiguration(string name, Action<JsonObject> edit)
    {
        var config = JsonNode.Parse(File.ReadAllText(Host.ConfigPath))!.AsObject();
        edit(config);
        var path = Directory.Combine(name);
        File.WriteAllText(path, config.ToJsonString());
        return path;
    }

    public ValueTask DisposeAsync() => Directory.DisposeAsync();
}
