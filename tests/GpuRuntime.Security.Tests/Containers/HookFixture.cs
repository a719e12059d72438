using System.Collections.Immutable;
using System.Text.Json.Nodes;
using GpuRuntime.Security.Tests.Attacks;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Security.Tests.Containers;

/// <summary>Bundles whose prestart hook is ours, run by runc itself and not through the shim.</summary>
public abstract class HookFixture(EngineKind kind = EngineKind.RuncOnCgroupV1) : EngineFixture(kind)
{
    private string _image = "";
    private string _hook = "";

    /// <summary>
    /// A copy of the hook in the machine's own directory: its processes are told from everybody else's, and a build at the same time does not
    /// change it.
    /// </summary>
    private protected string Hook => _hook;

    /// <summary>The root filesystem that bundles get a copy of.</summary>
    private protected string Image => _image;

    private protected BundleEngine Bundles => (BundleEngine)Engine;

    private protected override SimulatedNvidiaHostOptions HostOptions => new() { GpuCount = 2 };

    private protected string LibraryOfCuda => $"usr/lib/x86_64-linux-gnu/libcuda.so.{Host.DriverVersion}";

    private protected string FirstGpu => HostNodes.OfGpus(Host, 0).Single();

    private protected Decoy NewDecoy() => Decoy.Create(Machine.Directory, Host.DriverVersion);

    private protected static string NewId() => $"c{Guid.NewGuid():N}";

    private protected async Task<Bundle> CreateBundleAsync(HookRequest request)
    {
        var id = NewId();
        var directory = Machine.Directory.CreateSubdirectory("bundles", id);
        var root = Path.Combine(directory, "rootfs");
        await HookImage.CopyAsync(request.Image ?? Image, root);
        return Bundle.Create(directory, root, BundleEngine.DefaultOptions with
        {
            Args = request.Command,
            Env = [$"NVIDIA_VISIBLE_DEVICES={request.Devices}", $"NVIDIA_DRIVER_CAPABILITIES={request.Capabilities}", .. request.Environment],
            CgroupsPath = $"/{Machine.Directory.Name()}/{id}",
            Hooks = new JsonObject { [request.Stage] = new JsonArray(HookEntry()) },
            Edit = spec =>
            {
                // What a container needs to start, so that hundreds of them start soon.
                spec["mounts"] = new JsonArray([.. spec["mounts"]!.AsArray().Where(static mount => (string?)mount!["destination"] is "/proc" or "/dev").Select(static mount => mount!.DeepClone())]);
                spec["linux"]!["maskedPaths"] = new JsonArray();
                spec["linux"]!["readonlyPaths"] = new JsonArray();
                request.Edit?.Invoke(spec);
            },
        });
    }

    /// <summary>Our hook as config.json calls it; <paramref name="before"/> are a program and arguments that run it.</summary>
    private protected JsonObject HookEntry(params ReadOnlySpan<string> before)
    {
        ImmutableArray<string> arguments = before.IsEmpty ? ["gpu-runtime-hook", "prestart"] : [.. before, Hook, "prestart"];
        return new JsonObject
        {
            ["path"] = before.IsEmpty ? Hook : before[0],
            ["args"] = new JsonArray([.. arguments.Select(static argument => (JsonNode)argument)]),
            ["env"] = new JsonArray($"GPU_RUNTIME_CONFIG={Host.ConfigPath}"),
        };
    }

    private protected Command Runc(params ReadOnlySpan<string> arguments) =>
        Bundles.Complete(Command.Of(EngineFactory.LowLevelRuntime(Kind), ["--root", Bundles.StateRoot, .. arguments])) with { Limit = TimeSpan.FromSeconds(30) };

    private protected Task<CommandResult> RunAsync(Bundle bundle, string? id = null) => Runc("run", "--bundle", bundle.Directory, id ?? NewId()).RunAsync();

    /// <summary>The hook by itself, as a runtime would start it.</summary>
    private protected Command HookFor(string state) =>
        Command.Of(Hook, "prestart").WithEnvironment("GPU_RUNTIME_CONFIG", Host.ConfigPath) with { InputPath = state, Limit = TimeSpan.FromSeconds(20) };

    /// <summary>Processes of the hook, wherever they are.</summary>
    private protected IEnumerable<string> RunningHooks() => RunningPrograms.Of(Hook);

    private protected string HostMountTable() => HostMounts.Of(Machine.Directory);

    private protected override async Task PrepareAsync()
    {
        var programs = Machine.Directory.CreateSubdirectory("programs");
        _hook = Path.Combine(programs, "gpu-runtime-hook");
        File.Copy(Programs.GpuRuntimeHook, _hook);
        _image = await Task.Run(() => HookImage.Create(Machine.Directory.CreateSubdirectory("hook-image")));
    }
}
