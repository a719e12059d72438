using System.Text.Json.Nodes;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Security.Tests.Containers;

/// <summary>Containers that an admin's configuration lets have something, or not, on a host with GPUs of three vendors.</summary>
public abstract class PolicyFixture(HookVerb verb) : HookFixture(verb)
{
    private int _configurations;

    /// <summary>Lists the nodes of GPUs that a container has, one a line.</summary>
    private protected static readonly HookRequest ListingNodes = new()
    {
        Command = [HookImage.Busybox, "find", "/dev", "-type", "c", "(", "-path", "/dev/nvidia*", "-o", "-path", "/dev/dri/*", "-o", "-path", "/dev/kfd", ")"],
        Devices = "void",
        Capabilities = "utility",
    };

    private protected SimulatedHost Hosted => ((MixedMachine)Machine).Host;

    private protected override string DriverVersion => Hosted.DriverVersion!;

    private protected override TestMachine CreateMachine(string lowLevelRuntime) => TestMachine.Create(ReadyHosts.ThreeVendors, lowLevelRuntime);

    /// <summary>Starts the container under a configuration of its own.</summary>
    /// <returns>What it printed, and the lines of our log.</returns>
    private protected async Task<(CommandResult Result, string[] Log)> StartAsync(HookRequest request, Action<JsonObject>? configure = null)
    {
        var name = $"policy-{Interlocked.Increment(ref _configurations)}";
        var log = Machine.Directory.Combine($"{name}.log");
        var configuration = Machine.WriteConfiguration($"{name}.json", json =>
        {
            json["log"] = new JsonObject { ["path"] = log };
            configure?.Invoke(json);
        });
        var bundle = await CreateBundleAsync(request with
        {
            Edit = spec =>
            {
                if (Verb == HookVerb.Prestart)
                    spec["hooks"]![Stage]![0]!["env"]![0] = $"GPU_RUNTIME_CONFIG={configuration}";
                request.Edit?.Invoke(spec);
            },
        });
        var result = await Runtime("run", "--bundle", bundle.Directory, NewId()).WithEnvironment("GPU_RUNTIME_CONFIG", configuration).RunAsync();
        return (result, File.Exists(log) ? await File.ReadAllLinesAsync(log) : []);
    }
}
