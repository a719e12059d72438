namespace GpuRuntime.Core.Inventory;

/// <summary>A character device node as stat sees it.</summary>
/// <param name="Mode">Permission bits only.</param>
public readonly record struct HostNode(uint Major, uint Minor, uint Mode, uint Uid, uint Gid);
