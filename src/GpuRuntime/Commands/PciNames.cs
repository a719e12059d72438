using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Commands;

/// <summary>
/// What GPUs are called that no file of sysfs names: by the list of PCI ids that this host's lspci reads, else by the id itself. The list: a line
/// <c>VVVV  name</c> for each vendor, below it a line <c>TAB DDDD  name</c> for each of its devices (https://pci-ids.ucw.cz).
/// </summary>
internal sealed class PciNames(IHostRoot host)
{
    private static readonly string[] Files = ["usr/share/misc/pci.ids", "usr/share/hwdata/pci.ids", "var/lib/pciutils/pci.ids"];

    private string? _list;

    public string? Of(Gpu gpu)
    {
        if (gpu.Name is not null || gpu.PciId?.Split(':') is not [var vendor, var device])
            return gpu.Name;
        return Named(vendor, device) ?? $"{gpu.Vendor.DisplayName()} [{gpu.PciId}]";
    }

    private string? Named(string vendor, string device)
    {
        _list ??= Files.Select(file => host.ReadText(HostTree.Driver, file)).FirstOrDefault(text => text is not null) ?? "";
        var inVendor = false;
        foreach (var line in _list.AsSpan().EnumerateLines())
        {
            if (line.IsEmpty || line[0] == '#')
                continue;
            if (line[0] != '\t')
                inVendor = line.StartsWith(vendor, StringComparison.OrdinalIgnoreCase) && line.Length > vendor.Length && line[vendor.Length] == ' ';
            else if (inVendor && line[1..].StartsWith(device, StringComparison.OrdinalIgnoreCase))
                return line[(1 + device.Length)..].Trim().ToString();
        }

        return null;
    }
}
