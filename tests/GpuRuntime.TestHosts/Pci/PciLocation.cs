using System.Globalization;

namespace GpuRuntime.TestHosts;

/// <summary>A PCI address as numbers.</summary>
/// <param name="Domain">The first field.</param>
/// <param name="DeviceId">The others as pci_dev_id() of the kernel packs them: bus, device and function in 8, 5 and 3 bits.</param>
internal readonly record struct PciLocation(int Domain, int DeviceId)
{
    /// <param name="address">As sysfs writes it.</param>
    public static PciLocation Parse(string address)
    {
        var fields = address.Split(':', '.').Select(field => int.Parse(field, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToArray();
        return new PciLocation(fields[0], (fields[1] << 8) | (fields[2] << 3) | fields[3]);
    }

    /// <summary>By number: as text, 10000:00:00.0 comes before 2000:00:00.0.</summary>
    public static IEnumerable<T> Sort<T>(IEnumerable<T> functions, Func<T, string> address) =>
        functions.OrderBy(function => Parse(address(function)).Domain).ThenBy(function => Parse(address(function)).DeviceId);
}
