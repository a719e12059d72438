using System.Collections.Immutable;
using GpuRuntime.Core.Cdi;

namespace GpuRuntime.Core.Configuration;

/// <summary>Which vendors <c>docker run --gpus</c> may mean on a host without NVIDIA GPUs.</summary>
public enum GpusFlagMeaning
{
    /// <summary>The GPUs that are there.</summary>
    Auto,

    /// <summary>NVIDIA's only.</summary>
    Nvidia,
}

/// <summary>How strongly a limit is enforced, strongest first.</summary>
public enum LimitTier
{
    Hardware,
    Kernel,
    Watchdog,
    Cooperative,
}

/// <summary>How strongly a share of compute units is held, strongest first.</summary>
public enum ComputeTier
{
    /// <summary>A MIG device, or another instance that the hardware keeps apart.</summary>
    Hardware,

    /// <summary>Variables that the vendor's own user space goes by: a program that takes them away escapes.</summary>
    Cooperative,

    /// <summary>Nothing; the container is told what it should keep to.</summary>
    Advisory,
}

/// <summary>Names of metrics beside our own.</summary>
public enum MetricNames
{
    None,

    /// <summary>Those of NVIDIA's dcgm-exporter, for every vendor's GPUs.</summary>
    Dcgm,
}

/// <summary>How the kubelet is told of GPUs that are divided into MIG devices.</summary>
public enum MigStrategy
{
    /// <summary>Each is one device, whatever it is divided into.</summary>
    None,

    /// <summary>Each MIG device is a device of <c>nvidia.com/gpu</c>; all have to be of one profile.</summary>
    Single,

    /// <summary>Each MIG device is one of its profile's resource (<c>nvidia.com/mig-1g.10gb</c>).</summary>
    Mixed,
}

/// <summary>What the kubelet is told of AMD's partitions.</summary>
public enum PartitionNaming
{
    /// <summary>Each is a device of <c>amd.com/gpu</c>; all GPUs have to be divided alike.</summary>
    Single,

    /// <summary>Each is one of its kind's resource (<c>amd.com/cpx_nps4</c>).</summary>
    Mixed,
}

/// <summary>How containers in pods get their GPUs.</summary>
public enum DeviceListStrategy
{
    /// <summary>The container engine injects CDI devices.</summary>
    Cdi,

    /// <summary>The runtime reads the vendor's environment variable.</summary>
    Environment,

    /// <summary>The kubelet passes device nodes, and nothing else.</summary>
    Nodes,
}

public enum LogLevelName
{
    Debug,
    Information,
    Warning,
    Error,
}

/// <summary>The configuration after defaults. Every member works without a file.</summary>
public sealed record RuntimeConfiguration
{
    public static readonly RuntimeConfiguration Default = new();

    /// <summary>Where the host's filesystem is mounted; the other prefixes follow it unless they are set.</summary>
    public string HostRoot { get; init; } = "/";

    /// <summary>Prefix of device nodes; default <c>HostRoot/dev</c>.</summary>
    public string? HostDev { get; init; }

    /// <summary>Prefix of procfs; default <c>HostRoot/proc</c>.</summary>
    public string? HostProc { get; init; }

    /// <summary>Prefix of sysfs; default <c>HostRoot/sys</c>.</summary>
    public string? HostSys { get; init; }

    /// <summary>The driver's root filesystem; default <c>HostRoot</c>.</summary>
    public string? HostDriver { get; init; }

    /// <summary>OCI runtimes to become, first found; names are looked up on PATH.</summary>
    public ImmutableArray<string> LowLevelRuntimes { get; init; } = ["runc", "crun"];

    /// <summary>Whether the environment of a privileged container (CAP_SYS_ADMIN) may ask for GPUs.</summary>
    public bool AcceptEnvPrivileged { get; init; } = true;

    /// <summary>Whether the environment of an unprivileged container may ask for GPUs.</summary>
    public bool AcceptEnvUnprivileged { get; init; } = true;

    /// <summary>Whether <c>gpu-runtime.io/*</c> annotations may ask for GPUs.</summary>
    public bool AcceptAnnotations { get; init; } = true;

    public GpusFlagMeaning GpusFlag { get; init; } = GpusFlagMeaning.Auto;

    /// <summary>Variables in which Swarm names GPUs; a trailing <c>*</c> takes every variable with that beginning.</summary>
    public ImmutableArray<string> SwarmResources { get; init; } = ["DOCKER_RESOURCE_*"];

    public ImmutableArray<string> CdiSpecDirectories { get; init; } = ["/etc/cdi", "/var/run/cdi"];

    public bool CdiAnnotations { get; init; }

    /// <summary>
    /// Kinds of CDI devices that a container's environment may ask for, <c>*</c> for any vendor or class. An image sets its environment, and a
    /// specification may give anything of the host: what is no GPU needs an annotation, or the admin's word here.
    /// </summary>
    public ImmutableArray<string> CdiEnvironmentKinds { get; init; } = ["*/gpu"];

    /// <summary>
    /// The version of CDI that our specifications are written in, without what it cannot say; <see langword="null"/> = the least that says everything.
    /// </summary>
    public CdiVersion? CdiVersionLimit { get; init; }

    /// <summary>The weakest enforcement that a limit may have.</summary>
    public LimitTier MinimumTier { get; init; } = LimitTier.Watchdog;

    public bool Overcommit { get; init; }

    /// <summary>The weakest way in which a share of compute units may be held.</summary>
    public ComputeTier MinimumComputeTier { get; init; } = ComputeTier.Cooperative;

    /// <summary>How long a container may stay above a limit before the agent's watchdog ends it, in seconds, 0 to 3600.</summary>
    public int GraceSeconds { get; init; } = 10;

    /// <summary>
    /// The <c>memory.max</c> of containers whose device memory the dmem controller limits and that have no limit on host memory: what does not fit
    /// moves there. Bytes; <see langword="null"/> = none.
    /// </summary>
    public long? SpillMemoryBytes { get; init; }

    /// <summary>The pipe directory of a running MPS daemon, by which <c>compute=</c> holds on NVIDIA's GPUs; empty = MPS is not used.</summary>
    public string MpsPipeDirectory { get; init; } = "";

    /// <summary>The <c>/dev/shm</c> that the MPS daemon shares with its clients.</summary>
    public string MpsSharedMemory { get; init; } = "/dev/shm";

    /// <summary>How many containers may hold a GPU, partition or MIG device at a time; 0 = as many as come.</summary>
    public int MaxHolders { get; init; }

    /// <summary>Where the agent listens: <c>ADDRESS:PORT</c>, <c>unix:PATH</c>, or <c>none</c>.</summary>
    public string AgentListen { get; init; } = "127.0.0.1:9400";

    /// <summary>The agent's certificate and what follows it in its chain, PEM; empty = no TLS, on loopback and unix sockets only.</summary>
    public string AgentTlsCertificate { get; init; } = "";

    /// <summary>The key of <see cref="AgentTlsCertificate"/>, PEM.</summary>
    public string AgentTlsKey { get; init; } = "";

    /// <summary>A file with the bearer token that whoever asks the agent must show; empty = none, on loopback and unix sockets only.</summary>
    public string AgentTokenFile { get; init; } = "";

    /// <summary>Whether the agent gives its metrics under the names of NVIDIA's exporter too.</summary>
    public MetricNames AgentCompat { get; init; } = MetricNames.None;

    /// <summary>Whether the agent asks AMD's GPUs for their PCIe throughput, which takes a second a GPU.</summary>
    public bool AgentPcieThroughput { get; init; }

    /// <summary>The kubelet's socket that tells which pod holds which device; one that is not there is no error.</summary>
    public string AgentPodResources { get; init; } = "/var/lib/kubelet/pod-resources/kubelet.sock";

    /// <summary>XIDs, as numbers, that make no GPU of NVIDIA's unhealthy here.</summary>
    public ImmutableArray<string> AgentIgnoredXids { get; init; } = [];

    /// <summary>The kubelet's directory of plugins' sockets.</summary>
    public string KubernetesPluginDirectory { get; init; } = "/var/lib/kubelet/device-plugins";

    public MigStrategy KubernetesMig { get; init; } = MigStrategy.None;

    public PartitionNaming KubernetesPartitions { get; init; } = PartitionNaming.Single;

    public DeviceListStrategy KubernetesDeviceList { get; init; } = DeviceListStrategy.Cdi;

    /// <summary>How many containers share each GPU by turns, 1 to 100; from 2 on the resources' names end in <c>.shared</c>.</summary>
    public int KubernetesReplicas { get; init; } = 1;

    /// <summary>Whether pods ask for GiB of a GPU's memory (<c>gpu-runtime.io/memory-gib</c>) and not for whole ones.</summary>
    public bool KubernetesMemorySlices { get; init; }

    /// <summary>The file of labels for Node Feature Discovery; empty = none.</summary>
    public string KubernetesFeatureFile { get; init; } = "/etc/kubernetes/node-feature-discovery/features.d/gpu-runtime";

    /// <summary>Directories inside the driver root that are searched for libraries after the known ones.</summary>
    public ImmutableArray<string> LibrarySearchPaths { get; init; } = [];

    /// <summary>File that log lines are appended to; empty = no log of our own.</summary>
    public string LogPath { get; init; } = "";

    public LogLevelName LogLevel { get; init; } = LogLevelName.Information;

    public string StateDirectory { get; init; } = "/run/gpu-runtime";

    public string Dev => HostDev ?? Below("dev");

    public string Proc => HostProc ?? Below("proc");

    public string Sys => HostSys ?? Below("sys");

    public string Driver => HostDriver ?? HostRoot;

    private string Below(string name) => HostRoot.EndsWith('/') ? HostRoot + name : $"{HostRoot}/{name}";
}
