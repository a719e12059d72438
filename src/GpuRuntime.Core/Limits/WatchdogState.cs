using System.Collections.Immutable;
using System.Text;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Limits;

/// <summary>
/// What a running agent says of its watchdog, in the file <c>watchdog</c> of the state directory, which it holds a lock on as long as it runs:
/// one line, the words of the vendors whose memory it can measure (<c>nvidia amd intel</c>).
/// </summary>
public sealed record WatchdogState(ImmutableArray<GpuVendor> Vendors)
{
    /// <summary>The file's name in the state directory.</summary>
    public const string FileName = "watchdog";

    public static WatchdogState Parse(ReadOnlySpan<byte> text)
    {
        var vendors = ImmutableArray.CreateBuilder<GpuVendor>();
        foreach (var word in Encoding.ASCII.GetString(text).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (GpuVendors.Parse(word) is { } vendor)
                vendors.Add(vendor);
        }

        return new WatchdogState(vendors.ToImmutable());
    }

    public string Format() => $"{string.Join(' ', Vendors.Select(vendor => vendor.Word()))}\n";
}
