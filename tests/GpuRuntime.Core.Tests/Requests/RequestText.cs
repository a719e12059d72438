using System.Globalization;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Tests.Requests;

/// <summary>A request's devices as a short text, so that a row of a table is one line.</summary>
internal static class RequestText
{
    public static string Of(GpuRequest request) => request.DriverFilesOnly && request.Selectors.IsEmpty ? "none" : string.Join(", ", request.Selectors.Select(Of));

    public static string Of(DeviceSelector selector) => (selector.Vendor is { } vendor ? vendor.Word() + " " : "") + selector.Kind switch
    {
        SelectorKind.All => "all",
        SelectorKind.Count => string.Create(CultureInfo.InvariantCulture, $"any {selector.First}"),
        SelectorKind.Index when selector.First == selector.Last => string.Create(CultureInfo.InvariantCulture, $"index {selector.First}"),
        SelectorKind.Index => string.Create(CultureInfo.InvariantCulture, $"index {selector.First}-{selector.Last}"),
        SelectorKind.MigIndex => string.Create(CultureInfo.InvariantCulture, $"mig {selector.First}:{selector.Last}"),
        SelectorKind.PciAddress => $"pci {selector.Address}",
        _ => $"uuid {selector.Uuid}",
    };
}
