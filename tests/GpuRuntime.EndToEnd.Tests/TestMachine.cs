using System.Collections.Immutable;
using System.Text.Json.Nodes;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests;

/// <summary>A host of any kind, and gpu-runtime configured to see it instead of the machine.</summary>
/// <param name="configPath">The configuration that names the host's roots.</param>
internal abstract class TestMachine(TestDirectory directory, string configPath) : IAsyncDisposable
{
    public TestDirectory Directory => directory;

    public string ConfigPath => configPath;

    /// <summary>The directory that stands for the host's /dev.</summary>
    public string DevRoot => Directory.Combine("host", "dev");

    /// <summary>What the engine must be started with.</summary>
    public ImmutableDictionary<string, string?> Environment =>
        ImmutableDictionary<string, string?>.Empty.Add("GPU_RUNTIME_CONFIG", ConfigPath);

    public string StateDirectory => Directory.Combine("state");

    public static NvidiaMachine Create(SimulatedNvidiaHostOptions? options = null, string lowLevelRuntime = "runc")
    {
        var directory = TestDirectory.Create();
        options ??= new SimulatedNvidiaHostOptions();
        var config = Settings(directory, lowLevelRuntime, options.ExtraConfig);
        return new NvidiaMachine(directory, SimulatedNvidiaHost.Create(directory.Combine("host"), options with { ExtraConfig = config }));
    }

    public static MixedMachine Create(SimulatedHostOptions options, string lowLevelRuntime = "runc")
    {
        var directory = TestDirectory.Create();
        var config = Settings(directory, lowLevelRuntime, options.ExtraConfig);
        return new MixedMachine(directory, SimulatedHost.Create(directory.Combine("host"), options with { ExtraConfig = config }));
    }

    /// <exception cref="TestResourceUnavailableException">The archive is not on this machine.</exception>
    public static CapturedMachine Open(string name, string lowLevelRuntime = "runc")
    {
        var directory = TestDirectory.Create();
        try
        {
            var machine = new CapturedMachine(directory, CapturedHost.Open(name, directory.Combine("host")));
            File.Copy(machine.WriteConfiguration("captured.json", config =>
            {
                foreach (var (member, value) in Settings(directory, lowLevelRuntime, null))
                    config[member] = value?.DeepClone();
            }), machine.ConfigPath, overwrite: true);
            return machine;
        }
        catch (TestResourceUnavailableException)
        {
            System.IO.Directory.Delete(directory.FullPath, recursive: true);
            throw;
        }
    }

    /// <summary>A second configuration for the same host, for example one that is broken.</summary>
    /// <returns>The file's path.</returns>
    public string WriteConfiguration(string name, Action<JsonObject> edit)
    {
        var config = JsonNode.Parse(File.ReadAllText(ConfigPath))!.AsObject();
        edit(config);
        var path = Directory.Combine(name);
        File.WriteAllText(path, config.ToJsonString());
        return path;
    }

    public ValueTask DisposeAsync() => Directory.DisposeAsync();

    private static JsonObject Settings(TestDirectory directory, string lowLevelRuntime, JsonObject? extra)
    {
        var config = extra?.DeepClone().AsObject() ?? [];
        config["stateDirectory"] = directory.Combine("state");
        config["lowLevelRuntimes"] = new JsonArray(lowLevelRuntime);
        // Tests run beside one another, on one port of the machine's at most.
        config["agent"] ??= new JsonObject { ["listen"] = "none" };
        return config;
    }
}
