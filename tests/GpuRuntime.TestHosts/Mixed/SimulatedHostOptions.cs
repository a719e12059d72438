using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace GpuRuntime.TestHosts;

public sealed record SimulatedHostOptions
{
    /// <summary>Null: no NVIDIA GPU, no NVIDIA driver. Its MissingNodes are joined to those here; its ExtraConfig counts where there is none here.</summary>
    public SimulatedNvidiaHostOptions? Nvidia { get; init; }

    public ImmutableArray<SimulatedAmdGpu> Amd { get; init; } = [];

    public ImmutableArray<SimulatedIntelGpu> Intel { get; init; } = [];

    /// <summary>Null: a kernel without it. Hosts without amdgpu have none in any case.</summary>
    public KfdOptions? Kfd { get; init; } = new();

    /// <summary>The board's management controller, which is card0 and has no render node.</summary>
    public bool Bmc { get; init; }

    /// <summary>A kernel whose cgroups account for device memory: dmem.capacity lists amdgpu's devices and xe's tiles.</summary>
    public bool HasDmem { get; init; }

    public ImmutableArray<OtherFunction> OtherFunctions { get; init; } = [];

    public ImmutableArray<ByPathLink> ByPathExtras { get; init; } = [];

    /// <summary>Nodes and links that are not made, as paths below /dev ("kfd", "dri/renderD128").</summary>
    public ImmutableHashSet<string> MissingNodes { get; init; } = [];

    /// <summary>Members joined to config.json; those of a "host" object are joined to its host.</summary>
    public JsonObject? ExtraConfig { get; init; }
}
