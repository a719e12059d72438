using System.Collections.Immutable;

namespace GpuRuntime.Core.Inventory;

/// <summary>A device node that a container may get.</summary>
/// <param name="Path">The path in the container, such as <c>/dev/nvidia0</c>.</param>
/// <param name="HostPath">The node on this host.</param>
/// <param name="Mode">Permission bits.</param>
public sealed record DeviceNode(string Path, string HostPath, uint Major, uint Minor, uint Mode, uint Uid, uint Gid)
{
    /// <summary>The OCI specification's letter: <c>c</c> for character devices, as all GPUs are, <c>b</c> for block devices, <c>p</c> for FIFOs.</summary>
    public char Type { get; init; } = 'c';

    /// <summary>What the device cgroup allows, in letters of <c>rwm</c>.</summary>
    public string Access { get; init; } = "rw";

    /// <summary>The node is not there yet; its numbers are known from the driver.</summary>
    public bool MissingOnHost { get; init; }

    /// <summary>Whether a process that neither owns the node nor is in its group may open it for reading and writing.</summary>
    public bool IsOpenToAll => (Mode & 0b110) == 0b110;

    /// <summary>The groups that a process must be in to open these nodes for reading and writing; group 0 is root's own.</summary>
    public static ImmutableArray<uint> GroupsOf(IEnumerable<DeviceNode> nodes)
    {
        var groups = new List<uint>();
        foreach (var node in nodes)
        {
            if (!node.IsOpenToAll && node.Gid != 0 && groups.BinarySearch(node.Gid) is < 0 and var place)
                groups.Insert(~place, node.Gid);
        }

        return [.. groups];
    }

    public static DeviceNode Of(string path, string hostPath, HostNode node) =>
        new(path, hostPath, node.Major, node.Minor, node.Mode, node.Uid, node.Gid);
}
