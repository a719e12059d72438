namespace GpuRuntime.Core.Inventory;

/// <summary>A character device node that a container may get.</summary>
/// <param name="Path">The path in the container, such as <c>/dev/nvidia0</c>.</param>
/// <param name="HostPath">The node on this host.</param>
/// <param name="Mode">Permission bits.</param>
public sealed record DeviceNode(string Path, string HostPath, uint Major, uint Minor, uint Mode, uint Uid, uint Gid)
{
    /// <summary>The node is not there yet; its numbers are known from the driver.</summary>
    public bool MissingOnHost { get; init; }

    /// <summary>Whether a process that neither owns the node nor is in its group may open it for reading and writing.</summary>
    public bool IsOpenToAll => (Mode & 0b110) == 0b110;

    public static DeviceNode Of(string path, string hostPath, HostNode node) =>
        new(path, hostPath, node.Major, node.Minor, node.Mode, node.Uid, node.Gid);
}
