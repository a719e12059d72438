using System.Globalization;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Core.Monitoring.Sysfs;

namespace GpuRuntime.Core.Monitoring.Amd;

/// <summary>
/// The frequencies that a clock can have: <c>pp_dpm_sclk</c> and its like, lines of <c>0: 500Mhz *</c> with the current one marked. Source:
/// Documentation/gpu/amdgpu/thermal.rst.
/// </summary>
/// <param name="Hertz">The current one; <see langword="null"/> where none is marked, or several that differ.</param>
/// <param name="MaxHertz">The highest.</param>
public readonly record struct DpmTable(double? Hertz, double? MaxHertz)
{
    private const double Mega = 1e6;

    /// <summary>By the domain, in the order in which clocks are told.</summary>
    public static readonly (string Domain, string File)[] Files =
        [("graphics", "pp_dpm_sclk"), ("memory", "pp_dpm_mclk"), ("soc", "pp_dpm_socclk"), ("fabric", "pp_dpm_fclk"), ("video", "pp_dpm_vclk")];

    public static DpmTable Parse(ReadOnlySpan<char> text)
    {
        long? current = null, highest = null;
        var differ = false;
        foreach (var line in text.EnumerateLines())
        {
            if (!TrySplit(line, out var value, out var isMarked) || !value.EndsWith("Mhz", StringComparison.OrdinalIgnoreCase))
                continue;
            if (SensorNumber.Parse(value[..^3]) is not { } megahertz || megahertz < 0)
                continue;
            if (!(highest >= megahertz))
                highest = megahertz;
            if (!isMarked)
                continue;
            differ |= current is { } other && other != megahertz;
            current = megahertz;
        }

        return new DpmTable(differ ? null : current * Mega, highest > 0 ? highest * Mega : null);
    }

    /// <summary><c>pp_dpm_pcie</c>, lines of <c>1: 8.0GT/s, x16 619Mhz *</c>: what the link is set to.</summary>
    /// <returns><see langword="null"/> where nothing is marked, or lines that differ.</returns>
    public static PcieLink? ParseLink(ReadOnlySpan<char> text)
    {
        PcieLink? current = null;
        foreach (var line in text.EnumerateLines())
        {
            if (!TrySplit(line, out var value, out var isMarked) || !isMarked)
                continue;
            var comma = value.IndexOf(',');
            if (comma < 0 || !value[..comma].EndsWith("GT/s", StringComparison.Ordinal))
                return null;
            var width = value[(comma + 1)..].Trim().TrimStart('x');
            var space = width.IndexOf(' ');
            var link = new PcieLink
            {
                TransfersPerSecond = double.TryParse(value[..(comma - 4)], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var speed) && speed is > 0 and < 1000 ? speed * 1e9 : null,
                Lanes = PcieLinkFiles.Lanes(SensorNumber.Parse(space < 0 ? width : width[..space])),
            };
            if (current is not null && current != link)
                return null;
            current = link;
        }

        return current;
    }

    private static bool TrySplit(ReadOnlySpan<char> line, out ReadOnlySpan<char> value, out bool isMarked)
    {
        var colon = line.IndexOf(':');
        value = colon < 0 ? default : line[(colon + 1)..].Trim();
        isMarked = value.EndsWith('*');
        if (isMarked)
            value = value[..^1].TrimEnd();
        return colon > 0;
    }
}
