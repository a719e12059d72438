namespace GpuRuntime.TestHosts;

/// <summary>Writes PCI functions into a sysfs tree: the device directory, and the links that bus, driver and class hold to it.</summary>
internal sealed class PciTree(string sys)
{
    public void Add(PciFunction function, DrmMinors? drm)
    {
        var domain = function.Address[..function.Address.IndexOf(':', StringComparison.Ordinal)];
        var relative = $"devices/pci{domain}:00/{function.Address}";
        var directory = Path.Combine(sys, relative);
        foreach (var (name, value) in Attributes(function))
            FileTree.Write(Path.Combine(directory, name), value + "\n");
        FileTree.Link(Path.Combine(directory, "driver"), $"../../../bus/pci/drivers/{function.Driver}");
        FileTree.Link(Path.Combine(directory, "subsystem"), "../../../bus/pci");
        FileTree.Link(Path.Combine(sys, "bus/pci/devices", function.Address), $"../../../{relative}");
        FileTree.Link(Path.Combine(sys, "bus/pci/drivers", function.Driver, function.Address), $"../../../../{relative}");
        if (drm is null)
            return;
        AddMinor(relative, $"card{drm.Card}", drm.Card);
        AddMinor(relative, $"renderD{drm.Render}", drm.Render);
        if (drm.Connector is not null)
        {
            var connector = $"card{drm.Card}-{drm.Connector}";
            FileTree.Write(Path.Combine(directory, $"drm/card{drm.Card}/{connector}/status"), "connected\n");
            FileTree.Link(Path.Combine(sys, "class/drm", connector), $"../../{relative}/drm/card{drm.Card}/{connector}");
        }
    }

    private void AddMinor(string device, string name, int minor)
    {
        var directory = Path.Combine(sys, device, "drm", name);
        FileTree.Write(Path.Combine(directory, "dev"), $"{DriverNumbers.Drm}:{minor}\n");
        FileTree.Write(Path.Combine(directory, "uevent"), $"MAJOR={DriverNumbers.Drm}\nMINOR={minor}\nDEVNAME=dri/{name}\nDEVTYPE=drm_minor\n");
        FileTree.Link(Path.Combine(directory, "device"), "../..");
        FileTree.Link(Path.Combine(directory, "subsystem"), "../../../../../class/drm");
        FileTree.Link(Path.Combine(sys, "class/drm", name), $"../../{device}/drm/{name}");
    }

    private static IEnumerable<(string Name, string Value)> Attributes(PciFunction function)
    {
        yield return ("vendor", function.Vendor);
        yield return ("device", function.Device);
        yield return ("class", function.Class);
        yield return ("subsystem_vendor", function.SubsystemVendor);
        yield return ("subsystem_device", function.SubsystemDevice);
        yield return ("revision", function.Revision);
        yield return ("numa_node", $"{function.NumaNode}");
        yield return ("local_cpulist", function.Cpus);
        yield return ("current_link_speed", function.LinkSpeed);
        yield return ("current_link_width", function.LinkWidth);
        yield return ("max_link_speed", function.LinkSpeed);
        yield return ("max_link_width", function.LinkWidth);
        yield return ("enable", "1");
        yield return ("uevent", Uevent(function));
    }

    private static string Uevent(PciFunction f)
    {
        var (vendor, device, subVendor, subDevice) = (Hex(f.Vendor), Hex(f.Device), Hex(f.SubsystemVendor), Hex(f.SubsystemDevice));
        var pciClass = Hex(f.Class).TrimStart('0');
        return $"DRIVER={f.Driver}\nPCI_CLASS={pciClass}\nPCI_ID={vendor}:{device}\nPCI_SUBSYS_ID={subVendor}:{subDevice}\nPCI_SLOT_NAME={f.Address}\n" +
            $"MODALIAS=pci:v0000{vendor}d0000{device}sv0000{subVendor}sd0000{subDevice}bc{Hex(f.Class)[..2]}sc{Hex(f.Class)[2..4]}i{Hex(f.Class)[4..]}";
    }

    private static string Hex(string number) => number[2..].ToUpperInvariant();
}
