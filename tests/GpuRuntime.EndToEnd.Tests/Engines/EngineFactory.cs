using System.Collections.Immutable;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests;

/// <summary>Starts an engine of each kind with the same runtimes.</summary>
internal static class EngineFactory
{
    public static string LowLevelRuntime(EngineKind kind) => kind switch
    {
        EngineKind.Crun => Programs.Engine("crun"),
        // Those of an engine's root are where they are: on its PATH.
        EngineKind.Docker26 or EngineKind.Docker28 => "runc",
        _ => Programs.Engine("runc"),
    };

    /// <exception cref="TestResourceUnavailableException">The engine is not installed, or cannot run on this machine.</exception>
    public static async Task<IContainerEngine> StartAsync(EngineKind kind, EngineSettings settings) => kind switch
    {
        EngineKind.DockerOnCgroupV1 => await PrivateDockerd.StartAsync(settings),
        EngineKind.DockerOnCgroupV2 => await PrivateDockerd.StartAsync(settings with { Cgroups = CgroupVersion.V2 }),
        EngineKind.Containerd => await PrivateContainerd.StartAsync(settings),
        EngineKind.Podman => new PrivatePodman(settings with { Runtimes = ScriptsThatSetTheEnvironment(settings) }),
        EngineKind.RuncOnCgroupV1 => new BundleEngine(settings),
        EngineKind.RuncOnCgroupV2 => new BundleEngine(settings with { Cgroups = CgroupVersion.V2 }),
        EngineKind.Crun => await CrunAsync(settings),
        EngineKind.Docker26 => await PrivateDockerd.StartAsync(CdiDocker.Of("trixie", settings)),
        EngineKind.Docker28 => await PrivateDockerd.StartAsync(CdiDocker.Of("forky", settings with { Cgroups = CgroupVersion.V2 })),
        EngineKind.PodmanWithCdi => await StartAsync(EngineKind.Podman, CdiPodman.Configure(settings)),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    // podman starts conmon, and conmon the runtime, with PATH and little else.
    private static ImmutableDictionary<string, string> ScriptsThatSetTheEnvironment(EngineSettings settings)
    {
        var scripts = settings.Directory.CreateSubdirectory("podman-runtimes");
        return settings.Runtimes.ToImmutableDictionary(
            static runtime => runtime.Key,
            runtime => RuntimeScript.WithEnvironment(Path.Combine(scripts, runtime.Key), runtime.Value, settings.Environment));
    }

    // crun 1.8 refuses v1 beside v2, and on v2 needs CAP_SYS_RESOURCE for its memory lock limit: ask the program, not the kernel.
    private static async Task<IContainerEngine> CrunAsync(EngineSettings settings)
    {
        var image = TestImage.Busybox(settings.Directory);
        var reasons = new List<string>();
        foreach (var version in Enum.GetValues<CgroupVersion>())
        {
            var engine = new BundleEngine(settings with { Cgroups = version, Runtimes = settings.Runtimes.SetItem("bare", Programs.Engine("crun")) });
            var result = await engine.RunAsync(ContainerRequest.Of(image, "true") with { Runtime = "bare" });
            if (result.ExitCode == 0)
                return engine;
            await engine.DisposeAsync();
            reasons.Add($"on cgroup {version}: {result.Error.Trim()}");
        }
        throw new TestResourceUnavailableException($"crun cannot run a container here, even by itself; {string.Join("; ", reasons)}");
    }
}
