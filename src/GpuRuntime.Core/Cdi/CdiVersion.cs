using System.Collections.Immutable;
using System.Globalization;

namespace GpuRuntime.Core.Cdi;

/// <summary>A version of the CDI specification, which a file names as its <c>cdiVersion</c>.</summary>
public readonly record struct CdiVersion(int Major, int Minor, int Patch) : IComparable<CdiVersion>
{
    public static CdiVersion First { get; } = new(0, 3, 0);

    /// <summary>Mounts have a type.</summary>
    public static CdiVersion MountTypes { get; } = new(0, 4, 0);

    /// <summary>Device nodes have a path of their own on the host, and names of devices may begin with a digit.</summary>
    public static CdiVersion HostPaths { get; } = new(0, 5, 0);

    /// <summary>Annotations, and dots in the class of a kind.</summary>
    public static CdiVersion Annotations { get; } = new(0, 6, 0);

    /// <summary>Additional groups and Intel RDT.</summary>
    public static CdiVersion Groups { get; } = new(0, 7, 0);

    /// <summary>Network interfaces, and Intel RDT's monitoring and schemata.</summary>
    public static CdiVersion NetDevices { get; } = new(1, 1, 0);

    /// <summary>Every version that there is.</summary>
    public static ImmutableArray<CdiVersion> All { get; } = [First, MountTypes, HostPaths, Annotations, Groups, new(0, 8, 0), new(1, 0, 0), NetDevices];

    /// <returns><see langword="null"/> when the text is no version that there is. A leading <c>v</c> is none of it.</returns>
    public static CdiVersion? Parse(string text)
    {
        if (text.Split('.') is not [var major, var minor, var patch] || Number(major) is not { } first || Number(minor) is not { } second || Number(patch) is not { } third)
            return null;
        var version = new CdiVersion(first, second, third);
        return All.Contains(version) ? version : null;
    }

    public int CompareTo(CdiVersion other) => (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.{Patch}");

    public static bool operator <(CdiVersion left, CdiVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(CdiVersion left, CdiVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(CdiVersion left, CdiVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(CdiVersion left, CdiVersion right) => left.CompareTo(right) >= 0;

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number.ToString(CultureInfo.InvariantCulture) == text ? number : null;
}
