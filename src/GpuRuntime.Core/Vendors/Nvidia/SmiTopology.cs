using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>
/// Reads the matrix that <c>nvidia-smi topo -m</c> prints: a header with the names of the devices, GPUs first, then a row for each. <c>NV12</c> is a
/// bond of twelve NVLinks; X, PIX, PXB, PHB, NODE and SYS are the device itself and ways over PCI, which sysfs tells better. The header is underlined
/// for terminals, in a pipe too.
/// </summary>
public static class SmiTopology
{
    private const string Nvlink = "NV";
    private const string GpuName = "GPU";

    /// <param name="matrix">Output of <c>nvidia-smi topo -m</c>.</param>
    /// <param name="list">Output of <c>nvidia-smi -L</c>, which tells whose the indexes are.</param>
    /// <param name="gpus">What <see cref="SmiReport.Parse"/> made of the report.</param>
    /// <returns><see langword="null"/> when it is no such matrix, or one of other GPUs.</returns>
    public static ImmutableArray<ReportedLink>? Links(string matrix, string list, ImmutableArray<ReportedGpu> gpus)
    {
        var named = SmiList.Parse(list);
        var lines = WithoutEscapes(matrix).Split('\n').Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Where(IsOfGpu).ToList();
        if (lines is not [var header, .. var rows])
            return null;
        string[] columns = [.. header.TakeWhile(word => word.StartsWith(GpuName, StringComparison.Ordinal) && word.Length > GpuName.Length)];
        var links = ImmutableArray.CreateBuilder<ReportedLink>();
        for (var row = 0; row < columns.Length; row++)
        {
            if (row >= rows.Count || rows[row] is not [var name, .. var cells] || name != columns[row] || cells.Length < columns.Length || cells[row] != "X"
                || Address(name, named, gpus) is not { } from)
                return null;
            for (var column = row + 1; column < columns.Length; column++)
            {
                if (Address(columns[column], named, gpus) is { } to && Count(cells[column]) is { } count)
                    links.Add(new ReportedLink(from, to, count));
            }
        }

        return links.ToImmutable();
    }

    private static bool IsOfGpu(string[] words) => words is [var first, _, ..] && first.StartsWith(GpuName, StringComparison.Ordinal);

    private static PciAddress? Address(string name, SmiList named, ImmutableArray<ReportedGpu> gpus) =>
        named.Gpu(name[GpuName.Length..]) is { } uuid ? gpus.FirstOrDefault(gpu => gpu.Uuid == uuid)?.PciAddress : null;

    private static int? Count(string cell) =>
        cell.StartsWith(Nvlink, StringComparison.Ordinal)
        && int.TryParse(cell.AsSpan(Nvlink.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= GpuLink.Strongest
            ? count
            : null;

    // ESC [ ... m, the one kind that it prints.
    private static string WithoutEscapes(string text)
    {
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\x1b' && text.IndexOf('m', i) is var end and >= 0)
                i = end;
            else
                plain.Append(text[i]);
        }

        return plain.ToString();
    }
}
