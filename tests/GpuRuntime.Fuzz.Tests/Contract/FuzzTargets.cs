using System.Collections.Immutable;
using GpuRuntime.Fuzz.Tests.Targets;

namespace GpuRuntime.Fuzz.Tests.Contract;

/// <summary>Every reader of what others wrote.</summary>
internal static class FuzzTargets
{
    public static ImmutableArray<FuzzTarget> All { get; } =
    [
        new("oci-config", OciConfigTarget.Run),
        new("configuration", ConfigurationTarget.Run),
        new("request", RequestTarget.Run),
        new("requirement", RequirementTarget.Run),
        new("loader-cache", LoaderCacheTarget.Run),
        new("elf-dynamic", ElfTargets.RunDynamic),
        new("elf-note", ElfTargets.RunNote),
        new("cdi-json", CdiTargets.RunJson),
        new("cdi-yaml", CdiTargets.RunYaml),
        new("cgroups", ProcessFileTargets.RunCgroups),
        new("drm-client", ProcessFileTargets.RunClient),
        new("host", HostTarget.Run),
        new("metrics-table", SensorTargets.RunTable),
        new("sensors", SensorTargets.RunFiles),
        new("vendor-tool", VendorToolTarget.Run),
        new("kubelet-frame", KubeletTargets.RunFrame),
        new("device-plugin", KubeletTargets.RunPlugin),
        new("containerd", EngineTargets.RunContainerd),
        new("docker", EngineTargets.RunDocker),
        new("podman", EngineTargets.RunPodman),
        new("ledger", StateTargets.RunLedger),
        new("agent-state", StateTargets.RunAgent),
        new("hook-state", StateTargets.RunHook),
        new("agent-answer", AgentAnswerTarget.Run),
    ];

    /// <summary>Not one of them: it breaks as soon as a request asks for much memory, so that it shows whether breaks are found.</summary>
    public static FuzzTarget Planted { get; } = new("planted", PlantedTarget.Run);

    /// <returns><see langword="null"/> when there is none of this name.</returns>
    public static FuzzTarget? Named(string name) => All.Append(Planted).FirstOrDefault(target => target.Name == name);
}
