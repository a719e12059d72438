using System.Collections.Immutable;
using System.Globalization;

namespace GpuRuntime.Core.Inventory;

/// <summary>A function on the PCI bus as sysfs shows it, below <c>/sys/bus/pci/devices</c>.</summary>
public sealed class PciFunction(IHostRoot host, PciAddress address)
{
    public PciAddress Address => address;

    /// <summary>Its directory in <see cref="HostTree.Sys"/>.</summary>
    public string Directory { get; } = $"bus/pci/devices/{address}";

    /// <summary>Vendor and device in the form that lspci prints, such as <c>1002:740f</c>.</summary>
    public string? Id => Hex("vendor") is { } vendor && Hex("device") is { } device ? $"{vendor}:{device}" : null;

    /// <summary>The NUMA node; <see langword="null"/> where the kernel says -1.</summary>
    public int? NumaNode => int.TryParse(Text("numa_node"), NumberStyles.None, CultureInfo.InvariantCulture, out var node) ? node : null;

    /// <summary>The name of the bound driver; <see langword="null"/> when none is.</summary>
    public string? Driver => host.ReadLink(HostTree.Sys, $"{Directory}/driver") is { } link ? link[(link.LastIndexOf('/') + 1)..] : null;

    /// <summary>An SR-IOV physical function whose virtual functions are enabled: what it has is handed out through these.</summary>
    public bool OffersVirtualFunctions => Text("sriov_numvfs") is { Length: > 0 } count && count is not ("0" or "-1");

    /// <summary>An SR-IOV virtual function.</summary>
    public bool IsVirtualFunction => host.ReadLink(HostTree.Sys, $"{Directory}/physfn") is not null;

    /// <summary>An attribute's text; <see langword="null"/> when it is absent, empty or cannot be read.</summary>
    public string? Text(string attribute) => host.ReadText(HostTree.Sys, $"{Directory}/{attribute}") is { Length: > 0 } text ? text : null;

    /// <summary>An attribute that is no text; empty when it is absent or cannot be read.</summary>
    public byte[] Bytes(string attribute) => host.ReadBytes(HostTree.Sys, $"{Directory}/{attribute}") ?? [];

    /// <summary>The functions that a driver is bound to, in order of their addresses.</summary>
    public static ImmutableArray<PciFunction> BoundTo(IHostRoot host, params ReadOnlySpan<string> drivers)
    {
        var addresses = new List<PciAddress>();
        foreach (var driver in drivers)
        {
            foreach (var name in host.List(HostTree.Sys, $"bus/pci/drivers/{driver}"))
            {
                if (PciAddress.Parse(name) is { } address)
                    addresses.Add(address);
            }
        }

        addresses.Sort();
        return [.. addresses.Select(address => new PciFunction(host, address))];
    }

    private string? Hex(string attribute) => Text(attribute) is { } text && text.StartsWith("0x", StringComparison.Ordinal) ? text[2..] : null;
}
