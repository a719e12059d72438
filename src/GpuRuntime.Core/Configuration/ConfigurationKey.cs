using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Cdi;

namespace GpuRuntime.Core.Configuration;

/// <summary>The types that configuration values have.</summary>
public enum ConfigurationType
{
    AbsolutePath,
    OptionalPath,
    Text,
    Boolean,
    TextList,
    PathList,
    Word,

    /// <summary>A whole number, not negative.</summary>
    Number,

    /// <summary>An amount of memory as requests give it (<c>16GiB</c>), or empty for none.</summary>
    OptionalSize,
}

/// <summary>One key: its type, how a value gets into the record, and how the effective value reads back.</summary>
public sealed record ConfigurationKey(
    string Name,
    ConfigurationType Type,
    Func<RuntimeConfiguration, object, RuntimeConfiguration> Set,
    Func<RuntimeConfiguration, object> Get)
{
    /// <summary>For <see cref="ConfigurationType.Word"/>: the words that may stand there, in the order of their enum.</summary>
    public ImmutableArray<string> Words { get; init; } = [];

    /// <summary>For <see cref="ConfigurationType.Number"/>: the largest.</summary>
    public int Largest { get; init; }

    /// <summary>Every key, in the order in which <c>gpu-runtime config</c> prints them.</summary>
    public static ImmutableArray<ConfigurationKey> All { get; } =
    [
        new("host.root", ConfigurationType.AbsolutePath, (c, v) => c with { HostRoot = (string)v }, c => c.HostRoot),
        new("host.dev", ConfigurationType.AbsolutePath, (c, v) => c with { HostDev = (string)v }, c => c.Dev),
        new("host.proc", ConfigurationType.AbsolutePath, (c, v) => c with { HostProc = (string)v }, c => c.Proc),
        new("host.sys", ConfigurationType.AbsolutePath, (c, v) => c with { HostSys = (string)v }, c => c.Sys),
        new("host.driver", ConfigurationType.AbsolutePath, (c, v) => c with { HostDriver = (string)v }, c => c.Driver),
        new("lowLevelRuntimes", ConfigurationType.TextList, (c, v) => c with { LowLevelRuntimes = (ImmutableArray<string>)v }, c => c.LowLevelRuntimes),
        new("acceptEnv.privileged", ConfigurationType.Boolean, (c, v) => c with { AcceptEnvPrivileged = (bool)v }, c => c.AcceptEnvPrivileged),
        new("acceptEnv.unprivileged", ConfigurationType.Boolean, (c, v) => c with { AcceptEnvUnprivileged = (bool)v }, c => c.AcceptEnvUnprivileged),
        new("acceptAnnotations", ConfigurationType.Boolean, (c, v) => c with { AcceptAnnotations = (bool)v }, c => c.AcceptAnnotations),
        new("gpusFlag", ConfigurationType.Word, (c, v) => c with { GpusFlag = (GpusFlagMeaning)(int)v }, c => (int)c.GpusFlag) { Words = ["auto", "nvidia"] },
        new("swarmResources", ConfigurationType.TextList, (c, v) => c with { SwarmResources = (ImmutableArray<string>)v }, c => c.SwarmResources),
        new("cdi.specDirs", ConfigurationType.PathList, (c, v) => c with { CdiSpecDirectories = (ImmutableArray<string>)v }, c => c.CdiSpecDirectories),
        new("cdi.annotations", ConfigurationType.Boolean, (c, v) => c with { CdiAnnotations = (bool)v }, c => c.CdiAnnotations),
        new("cdi.environmentKinds", ConfigurationType.TextList, (c, v) => c with { CdiEnvironmentKinds = (ImmutableArray<string>)v }, c => c.CdiEnvironmentKinds),
        new("cdi.version", ConfigurationType.Word, (c, v) => c with { CdiVersionLimit = (int)v == 0 ? null : CdiVersion.All[(int)v - 1] }, c => c.CdiVersionLimit is { } limit ? CdiVersion.All.IndexOf(limit) + 1 : 0)
        {
            Words = ["least", .. CdiVersion.All.Select(version => version.ToString())],
        },
        new("limits.minimumTier", ConfigurationType.Word, (c, v) => c with { MinimumTier = (LimitTier)(int)v }, c => (int)c.MinimumTier)
        {
            Words = TierWords.OfMemory,
        },
        new("limits.overcommit", ConfigurationType.Boolean, (c, v) => c with { Overcommit = (bool)v }, c => c.Overcommit),
        new("limits.minimumComputeTier", ConfigurationType.Word, (c, v) => c with { MinimumComputeTier = (ComputeTier)(int)v }, c => (int)c.MinimumComputeTier)
        {
            Words = TierWords.OfCompute,
        },
        new("limits.graceSeconds", ConfigurationType.Number, (c, v) => c with { GraceSeconds = (int)v }, c => c.GraceSeconds) { Largest = 3600 },
        new("limits.spillMemory", ConfigurationType.OptionalSize, (c, v) => c with { SpillMemoryBytes = (long)v is > 0 and var bytes ? bytes : null }, c => c.SpillMemoryBytes?.ToString(CultureInfo.InvariantCulture) ?? ""),
        new("limits.mps.pipeDirectory", ConfigurationType.OptionalPath, (c, v) => c with { MpsPipeDirectory = (string)v }, c => c.MpsPipeDirectory),
        new("limits.mps.sharedMemory", ConfigurationType.AbsolutePath, (c, v) => c with { MpsSharedMemory = (string)v }, c => c.MpsSharedMemory),
        new("allocation.maxHolders", ConfigurationType.Number, (c, v) => c with { MaxHolders = (int)v }, c => c.MaxHolders) { Largest = 100_000 },
        new("agent.listen", ConfigurationType.Text, (c, v) => c with { AgentListen = (string)v }, c => c.AgentListen),
        new("agent.tls.certificate", ConfigurationType.OptionalPath, (c, v) => c with { AgentTlsCertificate = (string)v }, c => c.AgentTlsCertificate),
        new("agent.tls.key", ConfigurationType.OptionalPath, (c, v) => c with { AgentTlsKey = (string)v }, c => c.AgentTlsKey),
        new("agent.tokenFile", ConfigurationType.OptionalPath, (c, v) => c with { AgentTokenFile = (string)v }, c => c.AgentTokenFile),
        new("agent.compat", ConfigurationType.Word, (c, v) => c with { AgentCompat = (MetricNames)(int)v }, c => (int)c.AgentCompat) { Words = ["none", "dcgm"] },
        new("agent.pcieThroughput", ConfigurationType.Boolean, (c, v) => c with { AgentPcieThroughput = (bool)v }, c => c.AgentPcieThroughput),
        new("agent.podResources", ConfigurationType.OptionalPath, (c, v) => c with { AgentPodResources = (string)v }, c => c.AgentPodResources),
        new("agent.health.ignoredXids", ConfigurationType.TextList, (c, v) => c with { AgentIgnoredXids = (ImmutableArray<string>)v }, c => c.AgentIgnoredXids),
        new("kubernetes.pluginDirectory", ConfigurationType.AbsolutePath, (c, v) => c with { KubernetesPluginDirectory = (string)v }, c => c.KubernetesPluginDirectory),
        new("kubernetes.mig", ConfigurationType.Word, (c, v) => c with { KubernetesMig = (MigStrategy)(int)v }, c => (int)c.KubernetesMig) { Words = ["none", "single", "mixed"] },
        new("kubernetes.partitions", ConfigurationType.Word, (c, v) => c with { KubernetesPartitions = (PartitionNaming)(int)v }, c => (int)c.KubernetesPartitions) { Words = ["single", "mixed"] },
        new("kubernetes.deviceList", ConfigurationType.Word, (c, v) => c with { KubernetesDeviceList = (DeviceListStrategy)(int)v }, c => (int)c.KubernetesDeviceList)
        {
            Words = ["cdi", "environment", "nodes"],
        },
        new("kubernetes.replicas", ConfigurationType.Number, (c, v) => c with { KubernetesReplicas = (int)v }, c => c.KubernetesReplicas) { Largest = 100 },
        new("kubernetes.memorySlices", ConfigurationType.Boolean, (c, v) => c with { KubernetesMemorySlices = (bool)v }, c => c.KubernetesMemorySlices),
        new("kubernetes.featureFile", ConfigurationType.OptionalPath, (c, v) => c with { KubernetesFeatureFile = (string)v }, c => c.KubernetesFeatureFile),
        new("libraries.searchPaths", ConfigurationType.PathList, (c, v) => c with { LibrarySearchPaths = (ImmutableArray<string>)v }, c => c.LibrarySearchPaths),
        new("log.path", ConfigurationType.OptionalPath, (c, v) => c with { LogPath = (string)v }, c => c.LogPath),
        new("log.level", ConfigurationType.Word, (c, v) => c with { LogLevel = (LogLevelName)(int)v }, c => (int)c.LogLevel)
        {
            Words = ["debug", "information", "warning", "error"],
        },
        new("stateDirectory", ConfigurationType.AbsolutePath, (c, v) => c with { StateDirectory = (string)v }, c => c.StateDirectory),
    ];
}
