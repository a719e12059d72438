using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>Two GPUs that NVLink joins, as nvidia-smi reported it.</summary>
/// <param name="Count">How many links, 1 to <see cref="GpuLink.Strongest"/>.</param>
public sealed record ReportedLink(PciAddress First, PciAddress Second, int Count);

/// <summary>
/// NVLink, which no file of the driver's tells. Kept in the file of <see cref="ReportedGpus"/> as lines of words, <c>link ADDRESS ADDRESS COUNT</c>.
/// </summary>
public static class ReportedLinks
{
    public static ImmutableArray<ReportedLink> Read(IHostRoot host) => host.ReadText(HostTree.State, ReportedGpus.FileName) is { } text ? Parse(text) : [];

    public static string Format(ImmutableArray<ReportedLink> links)
    {
        var text = new StringBuilder();
        foreach (var link in links)
            text.Append(CultureInfo.InvariantCulture, $"link {link.First} {link.Second} {link.Count}\n");
        return text.ToString();
    }

    /// <returns>What can be read; lines of another form are left out.</returns>
    public static ImmutableArray<ReportedLink> Parse(string text)
    {
        var links = ImmutableArray.CreateBuilder<ReportedLink>();
        foreach (var line in text.Split('\n'))
        {
            if (line.Split(' ') is ["link", var first, var second, var number]
                && PciAddress.Parse(first) is { } from
                && PciAddress.Parse(second) is { } to
                && from != to
                && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= GpuLink.Strongest)
                links.Add(new ReportedLink(from, to, count));
        }

        return links.ToImmutable();
    }

    /// <summary>The links among these GPUs; those of GPUs that the host has no more are none of theirs.</summary>
    public static ImmutableArray<GpuLink> Between(ImmutableArray<Gpu> gpus, ImmutableArray<ReportedLink> reported)
    {
        var links = ImmutableArray.CreateBuilder<GpuLink>();
        foreach (var link in reported)
        {
            if (gpus.FirstOrDefault(gpu => gpu.PciAddress == link.First) is { } first && gpus.FirstOrDefault(gpu => gpu.PciAddress == link.Second) is { } second)
                links.Add(GpuLink.Between(first, second, link.Count));
        }

        return links.ToImmutable();
    }
}
