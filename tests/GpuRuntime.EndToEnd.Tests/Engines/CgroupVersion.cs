namespace GpuRuntime.EndToEnd.Tests;

public enum CgroupVersion
{
    /// <summary>The controllers as the machine mounts them below /sys/fs/cgroup.</summary>
    V1 = 1,

    /// <summary>cgroup2 on /sys/fs/cgroup, in a mount namespace of its own where the machine has v1.</summary>
    V2 = 2,
}
