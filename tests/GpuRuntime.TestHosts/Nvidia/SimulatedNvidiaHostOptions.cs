using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace GpuRuntime.TestHosts;

public sealed record SimulatedNvidiaHostOptions
{
    public const string DefaultDriverVersion = "550.163.01";

    /// <summary>The group of InfiniBand's uverbs nodes.</summary>
    public const int RdmaGroup = 121;

    public int GpuCount { get; init; } = 8;

    public string DriverVersion { get; init; } = DefaultDriverVersion;

    /// <summary>Selects the wording of /proc/driver/nvidia/version.</summary>
    public bool OpenKernelModule { get; init; }

    public DriverLayout Layout { get; init; } = DriverLayout.Multiarch;

    /// <summary>False leaves the driver root without etc/ld.so.cache.</summary>
    public bool LoaderCache { get; init; } = true;

    /// <summary>False is a host whose nvidia-uvm module is not loaded: no major in /proc/devices and no node.</summary>
    public bool LoadedUvm { get; init; } = true;

    /// <summary>Nodes that are not made, as paths below /dev ("nvidia-uvm", "nvidia-caps/nvidia-cap1"). Their majors stay in /proc/devices.</summary>
    public ImmutableHashSet<string> MissingNodes { get; init; } = [];

    /// <summary>GPUs that nobody opened yet: the UUID line is missing, or holds question marks (every other GPU).</summary>
    public bool UuidsUnknown { get; init; }

    /// <summary>Positions by PCI address of GPUs with "GPU Excluded: Yes". NVML numbers the others as if these were absent.</summary>
    public ImmutableHashSet<int> ExcludedIndexes { get; init; } = [];

    /// <summary>GPUs that are divided: by index, the compute instances of each GPU instance.</summary>
    public ImmutableDictionary<int, ImmutableArray<MigInstance>> MigInstances { get; init; } = ImmutableDictionary<int, ImmutableArray<MigInstance>>.Empty;

    /// <summary>NVSwitches with their nodes and the control node. The driver has registered their major in any case, as it does.</summary>
    public int NvSwitches { get; init; }

    /// <summary>Nodes of GPUDirect Storage, /dev/nvidia-fsN.</summary>
    public int GdsNodes { get; init; }

    /// <summary>/dev/gdrdrv is there.</summary>
    public bool GdrCopy { get; init; }

    /// <summary>InfiniBand adapters: uverbsN and umadN in /dev/infiniband, and rdma_cm.</summary>
    public int InfinibandDevices { get; init; }

    /// <summary>IMEX channels whose nodes somebody made. The driver has 2048.</summary>
    public ImmutableArray<int> ImexChannels { get; init; } = [];

    /// <summary>Members joined to config.json; those of a "host" object are joined to its host.</summary>
    public JsonObject? ExtraConfig { get; init; }

    /// <summary>A driver root to copy instead of building stubs, for example one of <see cref="NvidiaDriverPackages"/>. Sets the driver version.</summary>
    public string? DriverRootTemplate { get; init; }
}
