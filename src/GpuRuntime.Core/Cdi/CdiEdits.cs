using System.Collections.Immutable;

namespace GpuRuntime.Core.Cdi;

/// <summary>A specification's <c>containerEdits</c>.</summary>
public sealed record CdiEdits
{
    public static readonly CdiEdits Empty = new();

    /// <summary><c>NAME=value</c> entries.</summary>
    public ImmutableArray<string> Environment { get; init; } = [];

    public ImmutableArray<CdiDeviceNode> DeviceNodes { get; init; } = [];

    /// <summary>From 1.1.0 on.</summary>
    public ImmutableArray<CdiNetDevice> NetDevices { get; init; } = [];

    public ImmutableArray<CdiMount> Mounts { get; init; } = [];

    public ImmutableArray<CdiHook> Hooks { get; init; } = [];

    /// <summary>From 0.7.0 on.</summary>
    public CdiIntelRdt? IntelRdt { get; init; }

    /// <summary>From 0.7.0 on; 0 is ignored by whoever applies it.</summary>
    public ImmutableArray<uint> AdditionalGids { get; init; } = [];

    public bool IsEmpty => Environment.IsEmpty && DeviceNodes.IsEmpty && NetDevices.IsEmpty && Mounts.IsEmpty && Hooks.IsEmpty && IntelRdt is null && AdditionalGids.IsEmpty;
}

/// <summary>A device node. Without type or numbers those of the host's node count.</summary>
/// <param name="Path">Absolute path in the container.</param>
public sealed record CdiDeviceNode(string Path)
{
    /// <summary>From 0.5.0 on; without it <see cref="Path"/> names the host's node too.</summary>
    public string? HostPath { get; init; }

    /// <summary><c>b</c>, <c>c</c>, <c>u</c> or <c>p</c>.</summary>
    public string? Type { get; init; }

    public long? Major { get; init; }

    public long? Minor { get; init; }

    /// <summary>Permission bits.</summary>
    public uint? FileMode { get; init; }

    /// <summary>Letters of <c>rwm</c> for the device cgroup; all three without it.</summary>
    public string? Permissions { get; init; }

    public uint? Uid { get; init; }

    public uint? Gid { get; init; }
}

/// <summary>A mount.</summary>
public sealed record CdiMount(string HostPath, string ContainerPath)
{
    /// <summary>From 0.4.0 on; a bind mount without it.</summary>
    public string? Type { get; init; }

    public ImmutableArray<string> Options { get; init; } = [];

    /// <summary>A file or directory of the host's, and not a file system of its own.</summary>
    public bool IsBind => Type is null or "none" or "bind" || Options.Contains("bind") || Options.Contains("rbind");
}

/// <summary>An OCI hook.</summary>
/// <param name="HookName">The stage: prestart, createRuntime, createContainer, startContainer, poststart or poststop.</param>
public sealed record CdiHook(string HookName, string Path)
{
    public ImmutableArray<string> Args { get; init; } = [];

    public ImmutableArray<string> Environment { get; init; } = [];

    /// <summary>Seconds.</summary>
    public long? Timeout { get; init; }
}

/// <summary>Cache and memory bandwidth allocation, the OCI specification's <c>linux.intelRdt</c>.</summary>
public sealed record CdiIntelRdt
{
    public string? ClosId { get; init; }

    public string? L3CacheSchema { get; init; }

    public string? MemBwSchema { get; init; }

    /// <summary>From 1.1.0 on.</summary>
    public ImmutableArray<string> Schemata { get; init; } = [];

    public bool? EnableCmt { get; init; }

    public bool? EnableMbm { get; init; }

    /// <summary>From 1.1.0 on.</summary>
    public bool? EnableMonitoring { get; init; }
}

/// <summary>A network interface that moves into the container.</summary>
/// <param name="HostInterfaceName">Its name on the host.</param>
/// <param name="Name">Its name in the container.</param>
public sealed record CdiNetDevice(string HostInterfaceName, string Name);
