using System.Collections.Immutable;
using System.Text.Json.Nodes;
using GpuRuntime.Security.Tests.Attacks;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Security.Tests.Containers;

/// <summary>Bundles in which a hook is ours, run by runc itself and not through the shim; with <see cref="HookVerb.Runtime"/> it is the shim that runs them.</summary>
public abstract class HookFixture(HookVerb verb = HookVerb.Prestart) : EngineFixture(EngineKind.RuncOnCgroupV1)
{
    private string _image = "";
    private string _hook = "";
    private string _shim = "";
    private ImmutableArray<GeneratedSpecification> _specifications = [];

    private protected HookVerb Verb => verb;

    /// <summary>The stage that engines put the verb in.</summary>
    private protected string Stage => verb == HookVerb.Cdi ? "createRuntime" : "prestart";

    /// <summary>With <see cref="HookVerb.Cdi"/>: this host's, one a vendor.</summary>
    private protected ImmutableArray<GeneratedSpecification> Specifications => _specifications;

    /// <summary>
    /// A copy of the hook in the machine's own directory: its processes are told from everybody else's, and a build at the same time does not
    /// change it.
    /// </summary>
    private protected string Hook => _hook;

    /// <summary>Such a copy of gpu-runtime.</summary>
    private protected string Shim => _shim;

    /// <summary>The root filesystem that bundles get a copy of.</summary>
    private protected string Image => _image;

    private protected BundleEngine Bundles => (BundleEngine)Engine;

    private protected override SimulatedNvidiaHostOptions HostOptions => new() { GpuCount = 2 };

    private protected virtual string DriverVersion => Host.DriverVersion;

    private protected string LibraryOfCuda => $"usr/lib/x86_64-linux-gnu/libcuda.so.{DriverVersion}";

    private protected string FirstGpu => HostNodes.OfGpus(Host, 0).Single();

    private protected Decoy NewDecoy() => Decoy.Create(Machine.Directory, DriverVersion);

    private protected virtual ImmutableArray<string> Vendors => ["nvidia"];

    private protected ImmutableArray<string> HookArguments => verb == HookVerb.Cdi ? [.. _specifications[0].Arguments] : ["prestart"];

    /// <summary>The path of a configuration in which nothing comes after gpu-runtime's own work: /bin/true stands in for runc.</summary>
    private protected string StandInConfiguration() => Machine.WriteConfiguration("stand-in.json", static json => json["lowLevelRuntimes"] = new JsonArray("/bin/true"));

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
            Env = verb == HookVerb.Cdi
                ? request.Environment
                : [$"NVIDIA_VISIBLE_DEVICES={request.Devices}", $"NVIDIA_DRIVER_CAPABILITIES={request.Capabilities}", .. request.Environment],
            CgroupsPath = $"/{Machine.Directory.Name()}/{id}",
            Edit = spec =>
            {
                // What a container needs to start, so that hundreds of them start soon.
                spec["mounts"] = new JsonArray([.. spec["mounts"]!.AsArray().Where(static mount => (string?)mount!["destination"] is "/proc" or "/dev").Select(static mount => mount!.DeepClone())]);
                spec["linux"]!["maskedPaths"] = new JsonArray();
                spec["linux"]!["readonlyPaths"] = new JsonArray();
                if (verb == HookVerb.Prestart)
                    spec["hooks"] = new JsonObject { [request.Stage ?? Stage] = new JsonArray(HookEntry()) };
                else if (verb == HookVerb.Cdi && request.Devices != "void")
                {
                    foreach (var specification in _specifications)
                        specification.AddTo(spec, request.MountsDriver, request.Stage ?? Stage);
                }

                request.Edit?.Invoke(spec);
            },
        });
    }

    /// <summary>Our hook as config.json calls it; <paramref name="before"/> are a program and arguments that run it.</summary>
    private protected JsonObject HookEntry(params ReadOnlySpan<string> before)
    {
        if (verb == HookVerb.Cdi && before.IsEmpty)
            return _specifications[0].Hook;
        ImmutableArray<string> arguments = before.IsEmpty ? ["gpu-runtime-hook", .. HookArguments] : [.. before, Hook, .. HookArguments];
        return new JsonObject
        {
            ["path"] = before.IsEmpty ? Hook : before[0],
            ["args"] = new JsonArray([.. arguments.Select(static argument => (JsonNode)argument)]),
            ["env"] = new JsonArray($"GPU_RUNTIME_CONFIG={Machine.ConfigPath}"),
        };
    }

    private protected Command Runc(params ReadOnlySpan<string> arguments) =>
        Bundles.Complete(Command.Of(EngineFactory.LowLevelRuntime(Kind), ["--root", Bundles.StateRoot, .. arguments])) with { Limit = TimeSpan.FromSeconds(30) };

    private protected Task<CommandResult> RunAsync(Bundle bundle, string? id = null) => Runtime("run", "--bundle", bundle.Directory, id ?? NewId()).RunAsync();

    /// <summary>What runs the bundles: runc, or gpu-runtime.</summary>
    private protected Command Runtime(params ReadOnlySpan<string> arguments) => verb == HookVerb.Runtime ? Runc(arguments) with { Program = _shim } : Runc(arguments);

    /// <summary>The hook by itself, as a runtime would start it.</summary>
    private protected Command HookFor(string state) =>
        Command.Of(Hook, [.. HookArguments]).WithEnvironment("GPU_RUNTIME_CONFIG", Machine.ConfigPath) with { InputPath = state, Limit = TimeSpan.FromSeconds(20) };

    /// <summary>Processes of the hook, wherever they are.</summary>
    private protected IEnumerable<string> RunningHooks() => RunningPrograms.Of(Hook);

    private protected string HostMountTable() => HostMounts.Of(Machine.Directory);

    private protected override async Task PrepareAsync()
    {
        var programs = Machine.Directory.CreateSubdirectory("programs");
        _hook = Path.Combine(programs, "gpu-runtime-hook");
        File.Copy(Programs.GpuRuntimeHook, _hook);
        // Specifications name the hook that lies beside the program that writes them.
        _shim = Path.Combine(programs, "gpu-runtime");
        File.Copy(Programs.GpuRuntime, _shim);
        if (verb == HookVerb.Cdi)
            _specifications = [.. await Task.WhenAll(Vendors.Select(vendor => GeneratedSpecification.OfAsync(_shim, Machine.ConfigPath, vendor)))];

        _image = await Task.Run(() => HookImage.Create(Machine.Directory.CreateSubdirectory("hook-image")));
    }
}
