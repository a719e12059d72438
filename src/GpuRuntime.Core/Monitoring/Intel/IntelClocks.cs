using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Core.Monitoring.Sysfs;

namespace GpuRuntime.Core.Monitoring.Intel;

/// <summary>
/// What an Intel GPU runs at, and what holds it back: <c>freq0/act_freq</c> and <c>freq0/throttle/reason_*</c> of each GT (xe), <c>rps_act_freq_mhz</c>
/// and <c>throttle_reason_*</c> (i915). A GT that sleeps runs at 0. Sources: drivers/gpu/drm/xe/xe_gt_freq.c, xe_gt_throttle.c,
/// drivers/gpu/drm/i915/gt/intel_gt_sysfs_pm.c.
/// </summary>
public static class IntelClocks
{
    private const double Mega = 1e6;
    private const string Media = "-mc";

    /// <summary>The first GT of a kind is <c>graphics</c> or <c>video</c>; further ones have their names.</summary>
    public static ImmutableArray<Clock> Read(ISensorFiles files, string? driver)
    {
        var clocks = ImmutableArray.CreateBuilder<Clock>();
        if (driver == "xe")
        {
            foreach (var gt in IntelGt.OfXe(files))
                Add(clocks, gt, IsMedia(files, gt), files.Amount($"{gt.Directory}/freq0/act_freq"), files.Amount($"{gt.Directory}/freq0/rp0_freq"));
            return clocks.DrainToImmutable();
        }

        foreach (var gt in IntelGt.OfI915(files))
            Add(clocks, gt, isMedia: false, files.Amount($"{gt.Directory}/rps_act_freq_mhz"), files.Amount($"{gt.Directory}/rps_RP0_freq_mhz"));
        // Kernels before 5.18 have no directory for each GT.
        if (clocks.Count == 0 && IntelGt.Card(files) is { } card)
            Add(clocks, new IntelGt(0, card), isMedia: false, files.Amount($"{card}/gt_act_freq_mhz"), files.Amount($"{card}/gt_RP0_freq_mhz"));
        return clocks.DrainToImmutable();
    }

    /// <summary>Every reason that any GT tells of: it holds where it holds of one.</summary>
    public static ImmutableArray<ThrottleReason> ReadThrottling(ISensorFiles files, string? driver)
    {
        var reasons = new SortedDictionary<string, bool>(StringComparer.Ordinal);
        if (driver == "xe")
        {
            foreach (var gt in IntelGt.OfXe(files))
                Add(files, $"{gt.Directory}/freq0/throttle", "status", "reason_", reasons);
        }
        else
        {
            foreach (var gt in IntelGt.OfI915(files))
                Add(files, gt.Directory, "throttle_reason_status", "throttle_reason_", reasons);
        }

        return [.. reasons.Select(reason => new ThrottleReason(reason.Key, reason.Value))];
    }

    /// <summary>A driver's reason in our words.</summary>
    /// <returns><see langword="null"/> for what sums others up, and for what is no word.</returns>
    public static string? Reason(string name) => name switch
    {
        // Sustained, burst and peak power; current and heat of the voltage regulator; a running average of the temperature.
        "pl1" => "power",
        "pl2" => "power_burst",
        "pl4" => "power_peak",
        "vr_tdc" => "current",
        "vr_thermalert" => "regulator_thermal",
        "ratl" => "thermal_average",
        "status" or "" => null,
        _ => name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '_') ? name : null,
    };

    private static bool IsMedia(ISensorFiles files, IntelGt gt) => files.ReadText($"{gt.Directory}/gtidle/name") is { } name && name.EndsWith(Media, StringComparison.Ordinal);

    private static void Add(ImmutableArray<Clock>.Builder clocks, IntelGt gt, bool isMedia, long? megahertz, long? most)
    {
        if (megahertz is not { } known)
            return;
        var kind = isMedia ? "video" : "graphics";
        var domain = clocks.Any(clock => clock.Domain == kind) ? string.Create(CultureInfo.InvariantCulture, $"gt{gt.Number}") : kind;
        clocks.Add(new Clock(domain, known * Mega, most is > 0 ? most * Mega : null));
    }

    // Most of the time a GT is held back by nothing, of which one file tells for all.
    private static void Add(ISensorFiles files, string directory, string status, string prefix, SortedDictionary<string, bool> reasons)
    {
        var isFree = files.Number($"{directory}/{status}") is 0;
        foreach (var name in files.List(directory))
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal) && Reason(name[prefix.Length..]) is { } reason && (isFree ? 0 : files.Number($"{directory}/{name}")) is { } active and (0 or 1))
                reasons[reason] = reasons.GetValueOrDefault(reason) || active == 1;
        }
    }
}
