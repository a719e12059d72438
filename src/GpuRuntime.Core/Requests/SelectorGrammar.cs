using System.Globalization;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Requests;

/// <summary>One name of one or more GPUs: <c>0</c>, <c>0-3</c>, <c>0:1</c>, <c>GPU-8f2c...</c>, <c>0000:3b:00.0</c>, <c>amd:0</c>, <c>amd:all</c>.</summary>
public static class SelectorGrammar
{
    /// <summary>Indexes above this are typing errors, not GPUs.</summary>
    public const int LargestIndex = 9999;

    private const int LongestSelector = 128;
    private const int FewestUuidDigits = 4;

    // Of AMD's unique ids without a prefix; fewer digits are no UUID to AMD's tools either.
    private const int FewestBareDigits = 9;
    private const int MostBareDigits = 16;
    private const string HexDigits = "0123456789abcdefABCDEF";

    /// <param name="text">One item, no commas.</param>
    /// <param name="vendor">The vendor whose variable the item stands in; <see langword="null"/> for our own grammar.</param>
    /// <param name="source">Where it was read, for messages.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.RequestInvalid"/>: it is no selector.</exception>
    public static DeviceSelector Parse(string text, GpuVendor? vendor, string source)
    {
        var item = text.AsSpan().Trim();
        if (item.Length is 0 or > LongestSelector)
            throw Invalid(text, source);

        var colon = item.IndexOf(':');
        if (colon > 0 && GpuVendors.Parse(item[..colon]) is { } named)
        {
            if (vendor is { } owner && owner != named)
                throw new GpuRuntimeException(
                    ErrorCode.RequestInvalid,
                    $"{source} is {owner.DisplayName()}'s, but its item {PrintableText.Quote(text)} names a GPU of {named.DisplayName()}; ask for that one with GPU_RUNTIME_GPUS or the annotation gpu-runtime.io/gpus.");
            vendor = named;
            item = item[(colon + 1)..].Trim();
            if (item is "all")
                return new DeviceSelector(SelectorKind.All, vendor, text);
        }

        return One(item, vendor, text) ?? throw Invalid(text, source);
    }

    /// <summary>The same of an item that may be anything, a name of something else among others.</summary>
    /// <returns><see langword="null"/> for what does not have the form of a GPU's name.</returns>
    public static DeviceSelector? TryParse(string text)
    {
        var item = text.AsSpan().Trim();
        var colon = item.IndexOf(':');
        var vendor = colon > 0 ? GpuVendors.Parse(item[..colon]) : null;
        return item.Length > LongestSelector ? null : One(vendor is null ? item : item[(colon + 1)..].Trim(), vendor, text);
    }

    private static DeviceSelector? One(ReadOnlySpan<char> item, GpuVendor? vendor, string text) =>
        Index(item, vendor, text) ?? MigIndex(item, vendor, text) ?? Address(item, vendor, text) ?? Uuid(item, vendor, text);

    private static DeviceSelector? Index(ReadOnlySpan<char> item, GpuVendor? vendor, string text)
    {
        var dash = item.IndexOf('-');
        if (dash < 0)
            return Number(item) is { } index ? new DeviceSelector(SelectorKind.Index, vendor, text) { First = index, Last = index } : null;
        return Number(item[..dash].TrimEnd()) is { } first && Number(item[(dash + 1)..].TrimStart()) is { } last && first <= last
            ? new DeviceSelector(SelectorKind.Index, vendor, text) { First = first, Last = last }
            : null;
    }

    private static DeviceSelector? MigIndex(ReadOnlySpan<char> item, GpuVendor? vendor, string text)
    {
        var colon = item.IndexOf(':');
        return colon > 0 && Number(item[..colon]) is { } gpu && Number(item[(colon + 1)..]) is { } instance
            ? new DeviceSelector(SelectorKind.MigIndex, vendor, text) { First = gpu, Last = instance }
            : null;
    }

    private static DeviceSelector? Address(ReadOnlySpan<char> item, GpuVendor? vendor, string text) =>
        PciAddress.Parse(item) is { } address ? new DeviceSelector(SelectorKind.PciAddress, vendor, text) { Address = address } : null;

    // GPU-8f2c..., MIG-..., MIG-GPU-<uuid>/<gi>/<ci>, and AMD's unique id: 0x and hexadecimal digits, or these alone.
    private static DeviceSelector? Uuid(ReadOnlySpan<char> item, GpuVendor? vendor, string text)
    {
        var body = item;
        if (body.StartsWith("MIG-", StringComparison.OrdinalIgnoreCase))
            body = body[4..];
        if (body.StartsWith("GPU-", StringComparison.OrdinalIgnoreCase))
            body = body[4..];
        else if (body.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            body = body[2..];
        var isUuid = body.Length < item.Length
            ? body.Length >= FewestUuidDigits && !body.ContainsAnyExcept(HexDigits + "-/") && char.IsAsciiHexDigit(body[0])
            : item.Length is >= FewestBareDigits and <= MostBareDigits && !item.ContainsAnyExcept(HexDigits);
        return isUuid
            ? new DeviceSelector(SelectorKind.Uuid, vendor, text) { Uuid = item.ToString() }
            : null;
    }

    private static int? Number(ReadOnlySpan<char> digits) =>
        digits.Length is > 0 and <= 9
        && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number <= LargestIndex
            ? number
            : null;

    private static GpuRuntimeException Invalid(string text, string source) => new(
        ErrorCode.RequestInvalid,
        $"{source}: {PrintableText.Quote(text)} does not name a GPU; write an index (0), a range (0-3), a UUID (GPU-...), a PCI address (0000:3b:00.0), a MIG device (0:1), vendor:index (amd:0) or vendor:all.")
    {
        NamesNoGpu = true,
    };
}
