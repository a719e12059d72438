using System.Globalization;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Monitoring.Sysfs;

/// <summary>
/// The link of a PCI function to what it is plugged into: <c>current_link_speed</c> (<c>16.0 GT/s PCIe</c>), <c>current_link_width</c> and their
/// maxima. Sources: Documentation/ABI/testing/sysfs-bus-pci, drivers/pci/pci-sysfs.c.
/// </summary>
public static class PcieLinkFiles
{
    private const double Giga = 1e9;

    /// <returns><see langword="null"/> where nothing of it is told.</returns>
    public static PcieLink? Read(ISensorFiles files)
    {
        var link = new PcieLink
        {
            TransfersPerSecond = ParseSpeed(files.ReadText("current_link_speed")),
            MaxTransfersPerSecond = ParseSpeed(files.ReadText("max_link_speed")),
            Lanes = Lanes(files.Number("current_link_width")),
            MaxLanes = Lanes(files.Number("max_link_width")),
        };
        return link == new PcieLink() ? null : link;
    }

    /// <param name="text"><c>2.5 GT/s PCIe</c>; older kernels print <c>2.5 GT/s</c>, and <c>Unknown</c> of a device that does not answer.</param>
    /// <returns>Transfers a second.</returns>
    public static double? ParseSpeed(ReadOnlySpan<char> text)
    {
        var space = text.IndexOf(' ');
        return space > 0 && text[(space + 1)..].StartsWith("GT/s", StringComparison.Ordinal)
            && double.TryParse(text[..space], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var speed) && speed is > 0 and < 1000
                ? speed * Giga
                : null;
    }

    /// <returns><see langword="null"/> for what is no width of a link: 0 without one, 63 and 255 of a device that does not answer.</returns>
    public static int? Lanes(long? width) => width is 1 or 2 or 4 or 8 or 12 or 16 or 32 ? (int)width.Value : null;
}
