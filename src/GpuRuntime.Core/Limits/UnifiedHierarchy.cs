using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Limits;

/// <summary>cgroup version 2 as it is mounted on <c>/sys/fs/cgroup</c>; a hybrid host has version 1 there.</summary>
/// <param name="HasDmem">Its root has the controller of device memory.</param>
/// <param name="Regions">The regions that this controller knows; empty without it.</param>
public sealed record UnifiedHierarchy(bool HasDmem, ImmutableArray<DmemRegion> Regions)
{
    /// <summary>Where it is, in <see cref="HostTree.Sys"/>.</summary>
    public const string Directory = "fs/cgroup";

    /// <summary>The controller of device memory.</summary>
    public const string Dmem = "dmem";

    private const string Controllers = $"{Directory}/cgroup.controllers";

    /// <returns><see langword="null"/> where it is not mounted.</returns>
    public static UnifiedHierarchy? Read(IHostRoot host) =>
        host.ReadText(HostTree.Sys, Controllers) is { } controllers ? new UnifiedHierarchy(controllers.Split(' ').Contains(Dmem), DmemRegions.Read(host)) : null;
}
