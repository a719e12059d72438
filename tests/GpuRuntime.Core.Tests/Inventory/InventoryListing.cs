using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Tests.Inventory;

/// <summary>An inventory as a text to read: a line for each GPU, and below it its nodes with their numbers and groups.</summary>
internal static class InventoryListing
{
    public static string Of(IEnumerable<Gpu> gpus)
    {
        var listing = new StringBuilder();
        foreach (var gpu in gpus)
        {
            listing.Append(CultureInfo.InvariantCulture, $"{gpu.Id} {gpu.PciAddress} {string.Join(", ", Facts(gpu))}\n");
            Append(listing, gpu.DeviceNodes, "");
            Append(listing, gpu.DrmNodes, "");
            Append(listing, gpu.ManagementNodes, " for management");
            foreach (var name in gpu.MissingDrmNodes)
                listing.Append(CultureInfo.InvariantCulture, $"    {name} missing\n");
        }

        return listing.ToString();
    }

    private static IEnumerable<string> Facts(Gpu gpu)
    {
        yield return gpu.Driver ?? "no driver";
        yield return gpu.PciId ?? "no PCI id";
        if (gpu.Partition is { } partition)
            yield return $"partition {partition}";
        yield return gpu.Uuid ?? "no UUID";
        yield return gpu.HasCompute ? "compute" : "graphics only";
        if (gpu.HipIndex is { } index)
            yield return $"HIP {index}";
        yield return gpu.RenderMinor is { } minor ? $"render {minor}" : "no render node";
        yield return gpu.NumaNode is { } node ? $"NUMA {node}" : "no NUMA node";
        if (gpu.IsIntegrated == true)
            yield return "integrated";
        if (gpu.OffersVirtualFunctions)
            yield return "offers virtual functions";
        if (gpu.IsVirtualFunction)
            yield return "virtual function";
    }

    private static void Append(StringBuilder listing, ImmutableArray<DeviceNode> nodes, string purpose)
    {
        foreach (var node in nodes)
        {
            var mode = Convert.ToString(node.Mode, 8);
            var absence = node.MissingOnHost ? " missing" : "";
            listing.Append(CultureInfo.InvariantCulture, $"    {node.Path} {node.Major}:{node.Minor} 0{mode} group {node.Gid}{purpose}{absence}\n");
        }
    }
}
