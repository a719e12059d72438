using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Vendors;

/// <summary>One vendor: what GPUs a host has, and what a container needs to use some of them.</summary>
public interface IVendorModule
{
    GpuVendor Vendor { get; }

    /// <summary>This vendor's GPUs in index order, from files alone, with what requests can name and no more: a host may have a hundred.</summary>
    ImmutableArray<Gpu> Identify(IHostRoot host);

    /// <summary>A GPU with its device nodes, as they are on the host now.</summary>
    Gpu WithNodes(Gpu gpu, IHostRoot host);

    /// <summary>A GPU with what people want to know of it besides: its name, its memory.</summary>
    Gpu Describe(Gpu gpu, IHostRoot host);

    /// <summary>
    /// Which of these GPUs are joined by more than the PCI bus. On demand alone: a host with partitions has thousands of such pairs. What no file
    /// tells is not there.
    /// </summary>
    /// <param name="gpus">Some or all of this vendor's GPUs, as <see cref="Identify"/> found them.</param>
    ImmutableArray<GpuLink> Links(ImmutableArray<Gpu> gpus, IHostRoot host);

    /// <summary>Whether this host's driver has anything for a container that asks for the driver and for no GPU (<c>none</c>).</summary>
    bool HasDriverWithoutGpu(IHostRoot host);

    /// <summary>
    /// The capabilities of a container that cannot say what it wants a GPU for, as one that gets it by a CDI specification; <see langword="null"/>
    /// = those of a request that names none.
    /// </summary>
    ImmutableArray<string>? SpecificationCapabilities { get; }

    /// <exception cref="Errors.GpuRuntimeException">The host cannot give what is asked for.</exception>
    ContainerEdits Edits(VendorGrant grant, IHostRoot host, RuntimeConfiguration configuration);
}

/// <summary>What a vendor's module shall give to a container.</summary>
/// <param name="Gpus">The granted GPUs; empty = the driver's files alone.</param>
/// <param name="Environment">The container's environment, for the vendor's own variables.</param>
public sealed record VendorGrant(ImmutableArray<Gpu> Gpus, GpuRequest Request, ContainerEnvironment Environment)
{
    /// <summary>Programs of the container are measured by the vendor's management library, whatever capability that belongs to.</summary>
    public bool NeedsManagementLibrary { get; init; }
}
