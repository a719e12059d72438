using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Edits;

/// <summary>
/// Everything that a container gets. The model of CDI (environment, device nodes, mounts, hooks, groups) plus what CDI cannot say:
/// links, generated and masked files and the libraries that the dynamic loader must find. The one currency between vendors and appliers.
/// </summary>
public sealed record ContainerEdits
{
    public static readonly ContainerEdits Empty = new();

    /// <summary>Each takes the place of the container's own of that name.</summary>
    public ImmutableArray<EnvironmentVariable> Environment { get; init; } = [];

    public ImmutableArray<DeviceNode> DeviceNodes { get; init; } = [];

    public ImmutableArray<ContainerMount> Mounts { get; init; } = [];

    /// <summary>Small files whose content we make; seen read-only in the container.</summary>
    public ImmutableArray<GeneratedFile> GeneratedFiles { get; init; } = [];

    public ImmutableArray<ContainerSymlink> Symlinks { get; init; } = [];

    /// <summary>What the loader must find by name, whatever the image's own cache says.</summary>
    public ImmutableArray<LoaderCacheEntry> Libraries { get; init; } = [];

    /// <summary>What the loader must find by name where the image has no library of that name.</summary>
    public ImmutableArray<LoaderCacheEntry> FallbackLibraries { get; init; } = [];

    public ImmutableArray<uint> AdditionalGids { get; init; } = [];

    /// <summary>Programs of others that the low-level runtime calls: those of CDI specifications. What we do ourselves needs none.</summary>
    public ImmutableArray<ContainerHook> Hooks { get; init; } = [];

    public ImmutableArray<ProcFileMask> ProcFileMasks { get; init; } = [];

    /// <summary>
    /// Where an image may carry newer user-space libraries of its own than the host's driver, and what this driver is;
    /// <see langword="null"/> where no such library is to be considered.
    /// </summary>
    public ForwardCompatibility? ForwardCompatibility { get; init; }

    /// <summary>What holds the container to its limits; <see langword="null"/> without limits.</summary>
    public ContainerLimits? Limits { get; init; }

    /// <summary>Both together; what both say is said once.</summary>
    public static ContainerEdits Join(ContainerEdits first, ContainerEdits second) => new()
    {
        Environment = [.. first.Environment.Concat(second.Environment).DistinctBy(variable => variable.Name)],
        DeviceNodes = [.. first.DeviceNodes.Concat(second.DeviceNodes).DistinctBy(node => node.Path)],
        Mounts = [.. first.Mounts.Concat(second.Mounts).DistinctBy(mount => mount.ContainerPath)],
        GeneratedFiles = [.. first.GeneratedFiles.Concat(second.GeneratedFiles).DistinctBy(file => file.ContainerPath)],
        Symlinks = [.. first.Symlinks.Concat(second.Symlinks).DistinctBy(link => link.Path)],
        Libraries = [.. first.Libraries.Concat(second.Libraries).Distinct()],
        FallbackLibraries = [.. first.FallbackLibraries.Concat(second.FallbackLibraries).DistinctBy(library => (library.Name, library.Architecture))],
        AdditionalGids = [.. first.AdditionalGids.Concat(second.AdditionalGids).Distinct().Order()],
        Hooks = [.. first.Hooks.Concat(second.Hooks)],
        ProcFileMasks = [.. first.ProcFileMasks.Concat(second.ProcFileMasks).DistinctBy(mask => mask.ProcFile)],
        ForwardCompatibility = first.ForwardCompatibility ?? second.ForwardCompatibility,
        Limits = first.Limits ?? second.Limits,
    };
}
