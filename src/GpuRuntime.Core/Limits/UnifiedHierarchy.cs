using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Limits;

/// <summary>cgroup version 2 as it is mounted on <c>/sys/fs/cgroup</c>; a hybrid host has version 1 there.</summary>
public static class UnifiedHierarchy
{
    /// <summary>Where it is, in <see cref="HostTree.Sys"/>.</summary>
    public const string Directory = "fs/cgroup";

    /// <summary>The controller of device memory.</summary>
    public const string Dmem = "dmem";

    private const string Controllers = $"{Directory}/cgroup.controllers";

    public static bool IsMounted(IHostRoot host) => host.ReadText(HostTree.Sys, Controllers) is not null;

    public static bool HasController(IHostRoot host, string name) => host.ReadText(HostTree.Sys, Controllers)?.Split(' ').Contains(name) == true;
}
