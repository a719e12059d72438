namespace GpuRuntime.Core.Inventory;

/// <summary>The parts of a host that are read, each below a prefix of its own.</summary>
public enum HostTree
{
    /// <summary>Device nodes, <c>/dev</c>.</summary>
    Dev,

    /// <summary>procfs, <c>/proc</c>.</summary>
    Proc,

    /// <summary>sysfs, <c>/sys</c>.</summary>
    Sys,

    /// <summary>The root filesystem that the GPU driver's user-space files were installed in.</summary>
    Driver,

    /// <summary>Our own state directory, for what was found out earlier.</summary>
    State,
}
