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

    /// <summary>Class and subclass as lspci prints them, such as <c>0302</c>.</summary>
    public string? Class => Hex("class") is { Length: >= 4 } digits ? digits[..4] : null;

    /// <summary>The NUMA node; <see langword="null"/> where the kernel says -1.</summary>
    public int? NumaNode => int.TryParse(Text("numa_node"), NumberStyles.None, CultureInfo.InvariantCulture, out var node) ? node : null;

    /// <summary>The name of the bound driver; <see langword="null"/> when none is.</summary>
    public string? Driver => LinkedName("driver");

    /// <summary>A driver of the vfio-pci family is bound: the function is for virtual machines, and the host has no use of it.</summary>
    public bool IsHandedToVirtualMachines => Driver is { } driver && IsForVirtualMachines(driver);

    /// <summary>The number of its IOMMU group, whose functions can only go to virtual machines together; <see langword="null"/> without an IOMMU.</summary>
    public string? IommuGroup => LinkedName("iommu_group");

    /// <summary>The functions of its IOMMU group, itself among them, in order of their addresses.</summary>
    public ImmutableArray<PciFunction> IommuGroupMembers => In(host, $"{Directory}/iommu_group/devices");

    /// <summary>An SR-IOV physical function whose virtual functions are enabled: what it has is handed out through these.</summary>
    public bool OffersVirtualFunctions => Text("sriov_numvfs") is { Length: > 0 } count && count is not ("0" or "-1");

    /// <summary>An SR-IOV virtual function.</summary>
    public bool IsVirtualFunction => PhysicalFunction is not null;

    /// <summary>What this is a virtual function of; <see langword="null"/> for any other.</summary>
    public PciFunction? PhysicalFunction => Linked("physfn");

    /// <summary>The number of a virtual function among those of its physical function, from 1; <see langword="null"/> for any other.</summary>
    public int? VirtualFunctionNumber
    {
        get
        {
            var number = 0;
            foreach (var function in PhysicalFunction?.VirtualFunctions ?? [])
            {
                number++;
                if (function.Address == Address)
                    return number;
            }

            return null;
        }
    }

    /// <summary>The virtual functions that are enabled, the one with number 1 first.</summary>
    public IEnumerable<PciFunction> VirtualFunctions
    {
        get
        {
            for (var link = 0; Linked(string.Create(CultureInfo.InvariantCulture, $"virtfn{link}")) is { } function; link++)
                yield return function;
        }
    }

    /// <summary>An attribute's text; <see langword="null"/> when it is absent, empty or cannot be read.</summary>
    public string? Text(string attribute) => host.ReadText(HostTree.Sys, $"{Directory}/{attribute}") is { Length: > 0 } text ? text : null;

    /// <summary>An attribute that is no text; empty when it is absent or cannot be read.</summary>
    public byte[] Bytes(string attribute) => host.ReadBytes(HostTree.Sys, $"{Directory}/{attribute}") ?? [];

    /// <summary>The functions that a driver is bound to, in order of their addresses.</summary>
    public static ImmutableArray<PciFunction> BoundTo(IHostRoot host, params ReadOnlySpan<string> drivers)
    {
        var functions = new List<PciFunction>();
        foreach (var driver in drivers)
            AddNamed(host, $"bus/pci/drivers/{driver}", functions);
        return Sorted(functions);
    }

    /// <summary>Every function on the bus, in order of their addresses.</summary>
    public static ImmutableArray<PciFunction> All(IHostRoot host) => In(host, "bus/pci/devices");

    /// <summary>Whether a driver is one that hands functions to virtual machines: vfio-pci, or a vendor's variant of it.</summary>
    public static bool IsForVirtualMachines(string driver) => driver.Contains("vfio", StringComparison.Ordinal);

    private static ImmutableArray<PciFunction> In(IHostRoot host, string directory)
    {
        var functions = new List<PciFunction>();
        AddNamed(host, directory, functions);
        return Sorted(functions);
    }

    private static void AddNamed(IHostRoot host, string directory, List<PciFunction> functions)
    {
        foreach (var name in host.List(HostTree.Sys, directory))
        {
            if (PciAddress.Parse(name) is { } address)
                functions.Add(new PciFunction(host, address));
        }
    }

    private static ImmutableArray<PciFunction> Sorted(List<PciFunction> functions)
    {
        functions.Sort((first, second) => first.Address.CompareTo(second.Address));
        return [.. functions];
    }

    private PciFunction? Linked(string link) => PciAddress.Parse(LinkedName(link)) is { } address ? new PciFunction(host, address) : null;

    private string? LinkedName(string name) => host.ReadLink(HostTree.Sys, $"{Directory}/{name}") is { } link ? link[(link.LastIndexOf('/') + 1)..] : null;

    private string? Hex(string attribute) => Text(attribute) is { } text && text.StartsWith("0x", StringComparison.Ordinal) ? text[2..] : null;
}
