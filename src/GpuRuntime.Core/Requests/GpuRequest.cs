using System.Collections.Immutable;
using GpuRuntime.Core.Cdi;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Requests;

/// <summary>What a container asks for, from all its sources, before the host is looked at.</summary>
public sealed record GpuRequest
{
    /// <summary>The GPUs asked for; empty together with <see cref="DriverFilesOnly"/> means the driver without a GPU.</summary>
    public ImmutableArray<DeviceSelector> Selectors { get; init; } = [];

    /// <summary>Qualified names of CDI devices (<c>vendor.com/class=name</c>), whatever their vendor.</summary>
    public ImmutableArray<CdiName> CdiDevices { get; init; } = [];

    /// <summary><c>none</c>: the driver's files and control nodes, no GPU.</summary>
    public bool DriverFilesOnly { get; init; }

    /// <summary>
    /// Selectors came from <c>NVIDIA_VISIBLE_DEVICES</c> and no other vendor's variable is set, which is how Docker's <c>--gpus</c> arrives: on
    /// a host without NVIDIA GPUs they may mean the GPUs that are there.
    /// </summary>
    public bool FromGpusFlag { get; init; }

    /// <summary>Selectors came from the vendors' own variables, of which each speaks for its vendor alone.</summary>
    public bool FromVendorVariables { get; init; }

    /// <summary>Vendors of whose GPUs their own variable wants none (<c>AMD_VISIBLE_DEVICES=none</c>).</summary>
    public ImmutableArray<GpuVendor> DeclinedVendors { get; init; } = [];

    /// <summary>The environment as far as it may ask for devices: empty where the configuration does not accept it.</summary>
    public ContainerEnvironment AcceptedEnvironment { get; init; } = ContainerEnvironment.Empty;

    /// <summary>CAP_SYS_ADMIN is in the container's bounding set.</summary>
    public bool Privileged { get; init; }

    /// <summary>Variables of Swarm that may name GPUs; whether they do is known when the host is.</summary>
    public ImmutableArray<SwarmResource> SwarmResources { get; init; } = [];

    /// <summary>Driver capabilities by name as written; <see langword="null"/> = the vendor's own variable or default decides.</summary>
    public ImmutableArray<string>? Capabilities { get; init; }

    /// <summary>Largest amount of device memory that the container may use on each GPU, in bytes.</summary>
    public long? MemoryLimitBytes { get; init; }

    /// <summary>Largest share of each GPU's compute units, 1 to 100 percent.</summary>
    public int? ComputePercent { get; init; }

    public SharingMode Mode { get; init; }

    /// <summary><c>options=</c> of the grammar, for vendor modules that know some.</summary>
    public ImmutableDictionary<string, string> Options { get; init; } = ImmutableDictionary<string, string>.Empty;

    public bool AsksForNothing => Selectors.IsEmpty && CdiDevices.IsEmpty && !DriverFilesOnly && SwarmResources.IsEmpty;

    /// <summary>Where the request came from, for messages: "annotation gpu-runtime.io/gpus".</summary>
    public string Source { get; init; } = "";
}
