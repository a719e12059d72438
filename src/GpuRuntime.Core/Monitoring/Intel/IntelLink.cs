using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Core.Monitoring.Sysfs;

namespace GpuRuntime.Core.Monitoring.Intel;

/// <summary>
/// The link of an Intel GPU to the host. A card has a switch of its own: what the GPU's function tells is the link inside the card, which is always 2.5 GT/s
/// with one lane; the port of the switch that is in the slot, two levels up, tells the real one.
/// </summary>
public static class IntelLink
{
    private const string Slot = "../..";
    private const string IntelVendor = "0x8086";
    private const string BridgeClass = "0x0604";
    private const double InsideTransfers = 2.5e9;

    public static PcieLink? Read(ISensorFiles files)
    {
        var own = PcieLinkFiles.Read(files);
        return own is { MaxTransfersPerSecond: InsideTransfers, MaxLanes: 1 }
            && files.ReadText($"{Slot}/vendor") == IntelVendor && files.ReadText($"{Slot}/class")?.StartsWith(BridgeClass, StringComparison.Ordinal) == true
                ? PcieLinkFiles.Read(new Above(files))
                : own;
    }

    /// <summary>The files of the port.</summary>
    private sealed class Above(ISensorFiles files) : ISensorFiles
    {
        public string? ReadText(string path) => files.ReadText($"{Slot}/{path}");

        public byte[]? ReadBytes(string path) => files.ReadBytes($"{Slot}/{path}");

        public System.Collections.Immutable.ImmutableArray<string> List(string path) => files.List($"{Slot}/{path}");
    }
}
