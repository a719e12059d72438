namespace GpuRuntime.TestHosts;

/// <summary>Writes PCI functions into a sysfs tree: the device directory, and the links that bus, driver and class hold to it.</summary>
internal sealed class PciTree(string sys)
{
    private readonly DrmClass _drm = new(sys);

    /// <returns>The device directory, for what only this kind of device has.</returns>
    public string Add(PciFunction function, DrmMinors? drm)
    {
        var domain = function.Address[..function.Address.IndexOf(':', StringComparison.Ordinal)];
        var relative = $"devices/pci{domain}:00/{function.Address}";
        var directory = Path.Combine(sys, relative);
        foreach (var (name, value) in Attributes(function))
            FileTree.Write(Path.Combine(directory, name), value + "\n");
        FileTree.Link(Path.Combine(directory, "subsystem"), "../../../bus/pci");
        FileTree.Link(Path.Combine(sys, "bus/pci/devices", function.Address), $"../../../{relative}");
        if (function.Driver is { } driver)
        {
            FileTree.Link(Path.Combine(directory, "driver"), $"../../../bus/pci/drivers/{driver}");
            FileTree.Link(Path.Combine(sys, "bus/pci/drivers", driver, function.Address), $"../../../../{relative}");
        }
        if (function.IommuGroup is { } group)
        {
            FileTree.Link(Path.Combine(directory, "iommu_group"), $"../../../kernel/iommu_groups/{group}");
            FileTree.Link(Path.Combine(sys, $"kernel/iommu_groups/{group}/devices", function.Address), $"../../../../{relative}");
        }
        if (function.Sriov is { } sriov)
        {
            for (var i = 0; i < sriov.VirtualFunctions.Length; i++)
                FileTree.Link(Path.Combine(directory, $"virtfn{i}"), $"../{sriov.VirtualFunctions[i]}");
        }
        if (function.PhysicalFunction is { } physical)
            FileTree.Link(Path.Combine(directory, "physfn"), $"../{physical}");
        if (drm is not null)
            _drm.Add(relative, drm);
        return directory;
    }

    /// <summary>Gives each driver with a device its module, which here has no version file: drivers of the kernel's own source have none.</summary>
    public void LinkModules()
    {
        foreach (var path in Directory.GetDirectories(Path.Combine(sys, "bus/pci/drivers")))
        {
            var driver = Path.GetFileName(path);
            var module = driver.Replace('-', '_');
            FileTree.Link(Path.Combine(sys, "module", module, "drivers", $"pci:{driver}"), $"../../../bus/pci/drivers/{driver}");
        }
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
        yield return ("local_cpulist", NumaNodes.Cpus(function.NumaNode));
        yield return ("current_link_speed", function.LinkSpeed);
        yield return ("current_link_width", function.LinkWidth);
        yield return ("max_link_speed", function.LinkSpeed);
        yield return ("max_link_width", function.LinkWidth);
        yield return ("enable", function.Driver is null ? "0" : "1");
        yield return ("uevent", Uevent(function));
        if (function.Sriov is not { } sriov)
            yield break;
        yield return ("sriov_totalvfs", $"{sriov.TotalVfs}");
        yield return ("sriov_numvfs", $"{sriov.NumVfs}");
    }

    private static string Uevent(PciFunction f)
    {
        var (vendor, device, subVendor, subDevice) = (Hex(f.Vendor), Hex(f.Device), Hex(f.SubsystemVendor), Hex(f.SubsystemDevice));
        var pciClass = Hex(f.Class).TrimStart('0');
        var driver = f.Driver is null ? "" : $"DRIVER={f.Driver}\n";
        return $"{driver}PCI_CLASS={pciClass}\nPCI_ID={vendor}:{device}\nPCI_SUBSYS_ID={subVendor}:{subDevice}\nPCI_SLOT_NAME={f.Address}\n" +
            $"MODALIAS=pci:v0000{vendor}d0000{device}sv0000{subVendor}sd0000{subDevice}bc{Hex(f.Class)[..2]}sc{Hex(f.Class)[2..4]}i{Hex(f.Class)[4..]}";
    }

    private static string Hex(string number) => number[2..].ToUpperInvariant();
}
