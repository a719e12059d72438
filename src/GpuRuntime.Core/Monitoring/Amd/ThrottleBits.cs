using System.Collections.Immutable;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Monitoring.Amd;

/// <summary>
/// Why an AMD GPU runs slower than it could. Bits of indep_throttle_status, the same for all hardware: SMU_THROTTLER_* of
/// drivers/gpu/drm/amd/pm/swsmu/inc/amdgpu_smu.h.
/// </summary>
public static class ThrottleBits
{
    private const ulong Power = 0xffUL | 1UL << 56;
    private const ulong Current = 0xffUL << 16;
    private const ulong Thermal = 0x3fffUL << 32;
    private const ulong Hotspot = 1UL << 36;
    private const ulong Prochot = 0b11UL << 46;
    private const ulong Reliability = 1UL << 57;

    // How far below its limit the hottest spot may be while it is the limit.
    private const double Near = 10;

    /// <param name="junction">
    /// The hottest spot. Firmware of RDNA 3 sets its bit always, also on an idle, cold card: it is believed where the temperature is near its limit, or not
    /// known.
    /// </param>
    public static ImmutableArray<ThrottleReason> Of(ulong bits, Temperature? junction)
    {
        if (junction is { CriticalCelsius: { } critical } && junction.Celsius < critical - Near)
            bits &= ~Hotspot;
        return
        [
            new("power", (bits & Power) != 0), new("current", (bits & Current) != 0), new("thermal", (bits & Thermal) != 0),
            new("prochot", (bits & Prochot) != 0), new("reliability", (bits & Reliability) != 0),
        ];
    }

    /// <summary>By counters, which rise while a reason holds. Nothing without an earlier reading, or when the GPU was reset since.</summary>
    public static ImmutableArray<ThrottleReason> Between(GpuMetrics last, GpuMetrics now)
    {
        var reasons = ImmutableArray.CreateBuilder<ThrottleReason>();
        if (now.Cycles is { } cycles && !(cycles > last.Cycles))
            return [];
        foreach (var residency in now.Residencies)
        {
            // Some firmware counts every cycle for a reason that it does not watch.
            if (residency.Count == now.Cycles || last.Residencies.FirstOrDefault(known => known.Reason == residency.Reason) is not { } before || residency.Count < before.Count)
                continue;
            reasons.Add(new ThrottleReason(residency.Reason, residency.Count > before.Count));
        }

        return reasons.DrainToImmutable();
    }
}
