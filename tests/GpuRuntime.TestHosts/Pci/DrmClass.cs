namespace GpuRuntime.TestHosts;

/// <summary>Writes a device's DRM minors into a sysfs tree, with the links that class/drm holds to them.</summary>
internal sealed class DrmClass(string sys)
{
    /// <param name="device">The device's directory, two levels below sys/devices.</param>
    public void Add(string device, DrmMinors drm)
    {
        AddMinor(device, $"card{drm.Card}", drm.Card);
        if (drm.Render is { } render)
            AddMinor(device, $"renderD{render}", render);
        if (drm.Connector is null)
            return;
        var connector = $"card{drm.Card}-{drm.Connector}";
        FileTree.Write(Path.Combine(sys, device, $"drm/card{drm.Card}/{connector}/status"), "connected\n");
        FileTree.Link(Path.Combine(sys, "class/drm", connector), $"../../{device}/drm/card{drm.Card}/{connector}");
    }

    public void WriteVersion() => FileTree.Write(Path.Combine(sys, "class/drm/version"), "drm 1.1.0 20060810\n");

    private void AddMinor(string device, string name, int minor)
    {
        var directory = Path.Combine(sys, device, "drm", name);
        FileTree.Write(Path.Combine(directory, "dev"), $"{DriverNumbers.Drm}:{minor}\n");
        FileTree.Write(Path.Combine(directory, "uevent"), $"MAJOR={DriverNumbers.Drm}\nMINOR={minor}\nDEVNAME=dri/{name}\nDEVTYPE=drm_minor\n");
        FileTree.Link(Path.Combine(directory, "device"), "../..");
        FileTree.Link(Path.Combine(directory, "subsystem"), "../../../../../class/drm");
        FileTree.Link(Path.Combine(sys, "class/drm", name), $"../../{device}/drm/{name}");
    }
}
