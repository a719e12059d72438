using System.Collections.Immutable;

namespace GpuRuntime.TestHosts;

/// <summary>A directory that stands for /dev.</summary>
/// <param name="dev">The directory.</param>
/// <param name="missing">Paths below it that are not made.</param>
internal sealed class DeviceDirectory(string dev, ImmutableHashSet<string> missing)
{
    public void Node(string path, int major, int minor, uint mode = FileModes.AllReadWrite, int gid = 0)
    {
        if (!missing.Contains(path))
            DeviceNodes.Character(Path.Combine(dev, path), (uint)major, (uint)minor, mode, (uint)gid);
    }

    public void Link(string path, string target)
    {
        if (!missing.Contains(path))
            FileTree.Link(Path.Combine(dev, path), target);
    }

    public void Drm(DrmMinors drm)
    {
        Node($"dri/card{drm.Card}", DriverNumbers.Drm, drm.Card, FileModes.GroupReadWrite, DriverNumbers.VideoGroup);
        if (drm.Render is { } render)
            Node($"dri/renderD{render}", DriverNumbers.Drm, render, FileModes.GroupReadWrite, DriverNumbers.RenderGroup);
    }

    /// <summary>The nodes of a PCI function, and udev's links to them.</summary>
    public void Drm(string address, DrmMinors drm)
    {
        Drm(drm);
        Link($"dri/by-path/pci-{address}-card", $"../card{drm.Card}");
        if (drm.Render is { } render)
            Link($"dri/by-path/pci-{address}-render", $"../renderD{render}");
    }
}
