using System.Collections.Immutable;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Limits;

/// <summary>What a container's limits need done, beside the choice of its GPUs.</summary>
public sealed record LimitPlan
{
    public static readonly LimitPlan None = new();

    /// <summary>Values of the container's own cgroup of version 2.</summary>
    public ImmutableArray<CgroupValue> Unified { get; init; } = [];

    /// <summary>Limits that NVIDIA's driver takes; <see langword="null"/> for none.</summary>
    public NvidiaMemoryLimit? NvidiaMemory { get; init; }

    /// <summary>Limits that the libraries in the driver's place keep; <see langword="null"/> for none.</summary>
    public CooperativeLimit? Cooperative { get; init; }

    /// <summary>Variables by which programs in the container keep to a share of compute units.</summary>
    public ImmutableArray<EnvironmentVariable> Environment { get; init; } = [];

    public ImmutableArray<ContainerMount> Mounts { get; init; } = [];
}

/// <summary>A file of a cgroup and its lines. Every line is written by itself.</summary>
public sealed record CgroupValue(string File, ImmutableArray<string> Lines);

/// <summary>Limits on device memory by NVIDIA's driver, set by our agent once the container's cgroup is there.</summary>
/// <param name="AgentProgram">Absolute path of the agent.</param>
/// <param name="Library">The driver's libnvidia-ml on this host.</param>
public sealed record NvidiaMemoryLimit(string AgentProgram, string Library, ImmutableArray<GpuMemoryLimit> Gpus)
{
    /// <summary>The file name of our agent.</summary>
    public const string AgentName = "gpu-runtime-agent";

    /// <summary>The agent's verb, which reads the container's state from standard input as a hook does.</summary>
    public const string Verb = "limit";

    /// <summary>The option that names the library; its value is a path.</summary>
    public const string LibraryOption = "--library=";

    /// <summary>The option for each GPU; its value is <c>ADDRESS=BYTES</c>.</summary>
    public const string GpuOption = "--gpu=";

    /// <summary>The function that a driver must have; there is no version to go by.</summary>
    public const string Symbol = "nvmlDeviceSetMemoryLimits_v1";

    /// <summary>What the agent is called with, its own name first.</summary>
    public ImmutableArray<string> Arguments =>
        [AgentName, Verb, $"{LibraryOption}{Library}", .. Gpus.Select(gpu => $"{GpuOption}{gpu.PciAddress}={gpu.Bytes}")];
}

/// <summary>A limit that libraries in the place of the driver's keep, in the container's own processes.</summary>
/// <param name="Libraries">Their directory on this host.</param>
public sealed record CooperativeLimit(string Libraries, ImmutableArray<GpuMemoryLimit> Gpus);

/// <summary>A limit on one GPU's memory.</summary>
/// <param name="Bytes">Whole MiB.</param>
public sealed record GpuMemoryLimit(PciAddress PciAddress, long Bytes);
