using System.Globalization;

namespace GpuRuntime.Core.Inventory;

/// <summary>
/// A PCI address (domain:bus:device.function). Compared as numbers, since tools print the domain with four or eight digits
/// and in either letter case.
/// </summary>
public readonly record struct PciAddress(uint Domain, byte Bus, byte Device, byte Function) : IComparable<PciAddress>
{
    /// <summary>Parses <c>0000:3b:00.0</c>, <c>00000000:3B:00.0</c> or <c>3b:00.0</c> (domain 0).</summary>
    public static PciAddress? Parse(ReadOnlySpan<char> text)
    {
        var dot = text.LastIndexOf('.');
        if (dot < 0 || text.Length - dot != 2 || text[dot + 1] is < '0' or > '7')
            return null;
        var function = (byte)(text[dot + 1] - '0');
        text = text[..dot];

        var colon = text.LastIndexOf(':');
        if (colon < 0 || Hex(text[(colon + 1)..], 2) is not { } device || device > 0x1f)
            return null;
        text = text[..colon];

        uint domain = 0;
        colon = text.LastIndexOf(':');
        if (colon >= 0)
        {
            if (Hex(text[..colon], 8) is not { } parsed)
                return null;
            domain = parsed;
            text = text[(colon + 1)..];
        }

        return text.Length == 2 && Hex(text, 2) is { } bus ? new PciAddress(domain, (byte)bus, (byte)device, function) : null;
    }

    public int CompareTo(PciAddress other) => Key.CompareTo(other.Key);

    /// <summary>The kernel's form: at least four digits of domain, lower case.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Domain:x4}:{Bus:x2}:{Device:x2}.{Function}");

    public static bool operator <(PciAddress left, PciAddress right) => left.CompareTo(right) < 0;

    public static bool operator >(PciAddress left, PciAddress right) => left.CompareTo(right) > 0;

    public static bool operator <=(PciAddress left, PciAddress right) => left.CompareTo(right) <= 0;

    public static bool operator >=(PciAddress left, PciAddress right) => left.CompareTo(right) >= 0;

    private ulong Key => ((ulong)Domain << 24) | ((ulong)Bus << 16) | ((ulong)Device << 8) | Function;

    private static uint? Hex(ReadOnlySpan<char> digits, int longest) =>
        digits.Length > 0 && digits.Length <= longest
        && uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;
}
