using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Monitoring;

/// <summary>
/// What a DRM driver tells of an open file, in <c>/proc/PID/fdinfo/FD</c>: lines of <c>key:</c>, white space and value.
/// https://docs.kernel.org/gpu/drm-usage-stats.html
/// </summary>
/// <param name="Driver">The kernel driver: amdgpu, i915, xe. NVIDIA's tells nothing here.</param>
/// <param name="Address">The GPU.</param>
/// <param name="Id">The client's number on its GPU. Files that are duplicates of one another, in whatever processes, are one client.</param>
/// <param name="DeviceMemoryBytes">Device memory that it holds at this moment, in bytes; <see langword="null"/> where the driver does not tell.</param>
public sealed record DrmClient(string Driver, PciAddress Address, ulong Id, long? DeviceMemoryBytes)
{
    private const string ResidentPrefix = "resident-";
    private const string AmdAliasPrefix = "memory-";

    /// <summary>The engines that the driver tells of, one entry for each of its classes.</summary>
    public ImmutableArray<DrmEngine> Engines { get; init; } = [];

    /// <returns><see langword="null"/> for a file of anything else, or of a DRM device that is on no PCI bus.</returns>
    public static DrmClient? Parse(ReadOnlySpan<char> text)
    {
        var lines = new DrmLines(text, stackalloc DrmLines.Place[DrmLines.Most]);
        scoped ReadOnlySpan<char> driver = default, address = default, id = default;
        for (var i = 0; i < lines.Count; i++)
        {
            switch (lines.Key(i))
            {
                case "driver": driver = lines.Value(i); break;
                case "pdev": address = lines.Value(i); break;
                case "client-id": id = lines.Value(i); break;
            }
        }

        return !driver.IsEmpty && PciAddress.Parse(address) is { } device && ulong.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new DrmClient(Word(driver), device, number, DeviceMemory(lines, driver)) { Engines = DrmEngine.Of(lines) }
            : null;
    }

    // Tiles have regions of their own. Of amdgpu's one, "memory" is the name that "resident" had before: newer kernels print both.
    private static long? DeviceMemory(DrmLines lines, ReadOnlySpan<char> driver)
    {
        var region = Region(driver);
        if (region.IsEmpty)
            return null;
        long? resident = null, alias = null;
        for (var i = 0; i < lines.Count; i++)
        {
            var key = lines.Key(i);
            var isResident = key.StartsWith(ResidentPrefix, StringComparison.Ordinal);
            if (!isResident && !key.StartsWith(AmdAliasPrefix, StringComparison.Ordinal))
                continue;
            if (!IsOf(key[(isResident ? ResidentPrefix : AmdAliasPrefix).Length..], region))
                continue;
            // Half of the numbers are no number.
            if (Bytes(lines.Value(i)) is not { } bytes)
                return null;
            if (isResident)
                resident = Sum(resident, bytes);
            else
                alias = Sum(alias, bytes);
        }

        return resident is null || alias > resident ? alias : resident;
    }

    // These files are read again and again.
    private static string Word(ReadOnlySpan<char> driver) => driver switch
    {
        "amdgpu" => "amdgpu",
        "xe" => "xe",
        "i915" => "i915",
        _ => driver.ToString(),
    };

    private static ReadOnlySpan<char> Region(ReadOnlySpan<char> driver) => driver switch
    {
        "amdgpu" or "xe" => "vram",
        "i915" => "local",
        _ => default,
    };

    // vram; vram0, vram1, local0.
    private static bool IsOf(ReadOnlySpan<char> name, ReadOnlySpan<char> region) =>
        name.StartsWith(region, StringComparison.Ordinal) && name[region.Length..].IndexOfAnyExceptInRange('0', '9') < 0;

    // Without a unit: bytes.
    private static long? Bytes(ReadOnlySpan<char> value)
    {
        var space = value.IndexOf(' ');
        var number = space < 0 ? value : value[..space];
        var shift = (space < 0 ? default : value[(space + 1)..].Trim()) switch
        {
            "" => 0,
            "KiB" => 10,
            "MiB" => 20,
            "GiB" => 30,
            _ => -1,
        };
        return shift >= 0 && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var amount) && amount <= long.MaxValue >> shift
            ? amount << shift
            : null;
    }

    private static long Sum(long? first, long second) => first > long.MaxValue - second ? long.MaxValue : (first ?? 0) + second;
}
