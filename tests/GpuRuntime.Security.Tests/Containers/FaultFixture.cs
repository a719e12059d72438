using System.Globalization;
using System.Text.Json.Nodes;
using GpuRuntime.Security.Tests.Tools;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Security.Tests.Containers;

/// <summary>Creates and deletes of which one system call fails, or at one of which the program is killed. The low-level runtime is a stand-in.</summary>
public abstract class FaultFixture : BundleFixture
{
    private protected const string Everything = "all,mode=exclusive";

    private string _tamper = "";
    private string _configuration = "";
    private string _log = "";
    private string _runtime = "";

    private protected LedgerFiles Ledger => new(Machine.StateDirectory);

    private protected override SimulatedNvidiaHostOptions HostOptions => new() { GpuCount = 2 };

    [TearDown]
    public void End() => Begin();

    private protected void Begin()
    {
        foreach (var state in Directory.Exists(Bundles.StateRoot) ? Directory.GetDirectories(Bundles.StateRoot) : [])
            Verb("delete", Path.GetFileName(state)).RunAsync().GetAwaiter().GetResult().EnsureSuccess();
        if (Directory.Exists(Machine.StateDirectory))
            Directory.Delete(Machine.StateDirectory, recursive: true);
    }

    // Whoever asks next sees through what was left, and leaves nothing of it.
    private protected async Task AssertNothingLostAsync(string request, string when)
    {
        var result = await CreateAsync("next", request);
        Assert.That(result.ExitCode, Is.Zero, $"{when}: {result}");
        (await Verb("delete", "next").RunAsync()).EnsureSuccess();
    }

    private protected async Task<CommandResult> CreateAsync(string id, string request)
    {
        var bundle = Bundle(request);
        return await Verb("create", "--bundle", bundle.Directory, id).RunAsync();
    }

    private protected Bundle Bundle(string request = Everything, string capabilities = "utility")
    {
        var directory = Machine.Directory.CreateSubdirectory("faults", NewId());
        Directory.CreateDirectory(Path.Combine(directory, "rootfs"));
        return TestHosts.Bundle.Create(directory, Path.Combine(directory, "rootfs"), BundleEngine.DefaultOptions with
        {
            Env = [$"GPU_RUNTIME_GPUS={request}", $"NVIDIA_DRIVER_CAPABILITIES={capabilities}", $"GPU_MODE={(request.Contains("exclusive", StringComparison.Ordinal) ? "exclusive" : "shared")}"],
        });
    }

    /// <param name="behind">The call, by name, from whose first time on they count; <see langword="null"/> for all.</param>
    private protected async Task<(CommandResult Result, bool IsHit)> TamperedAsync(string action, string call, string? behind, int nth, params string[] arguments)
    {
        var command = Verb(arguments);
        var which = behind is null ? call : $"{call}@{SystemCalls.ByName[behind]}";
        var result = await (command with { Program = _tamper, Arguments = [action, which, nth.ToString(CultureInfo.InvariantCulture), _log, command.Program, .. command.Arguments] }).RunAsync();
        return (result, (await File.ReadAllTextAsync(_log)).Contains("hit", StringComparison.Ordinal));
    }

    /// <summary>The number of the call that was met.</summary>
    private protected async Task<string> LastCallAsync() => (await File.ReadAllLinesAsync(_log)).LastOrDefault(static line => line != "hit", "none");

    private protected Command Verb(params ReadOnlySpan<string> arguments) =>
        Bundles.Runtime(RuntimeNames.GpuRuntime, arguments).WithEnvironment("GPU_RUNTIME_CONFIG", _configuration).WithEnvironment(LivingRuntime.Variable, Machine.Directory.Combine("locks"));

    /// <summary>One more configuration, of the same low-level runtime.</summary>
    private protected string WithConfiguration(Action<JsonObject> edit) => Machine.WriteConfiguration($"living-{Guid.NewGuid():N}.json", json =>
    {
        json["lowLevelRuntimes"] = new JsonArray(_runtime);
        edit(json);
    });

    private protected override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        _tamper = await Tamper.BuildAsync(Machine.Directory.CreateSubdirectory("tamper"));
        _log = Machine.Directory.Combine("calls");
        Machine.Directory.CreateSubdirectory("locks");
        _runtime = await LivingRuntime.BuildAsync(Machine.Directory.Combine("living"));
        _configuration = WithConfiguration(static _ => { });
    }
}
