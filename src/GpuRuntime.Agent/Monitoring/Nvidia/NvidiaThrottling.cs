using System.Collections.Immutable;
using GpuRuntime.Agent.Nvml;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Monitoring.Nvidia;

/// <summary>Why a GPU runs slower than it could: what holds now (nvmlClocksEventReasons), and for how long what has held (nvmlPerfPolicyType_t).</summary>
internal static class NvidiaThrottling
{
    private const double NanosecondsPerSecond = 1e9;

    private static readonly (ulong Bit, string Reason)[] Reasons =
    [
        (0x1, "idle"), (0x2, "applications_clocks"), (0x4, "software_power"), (0x8, "hardware_slowdown"), (0x10, "sync_boost"),
        (0x20, "software_thermal"), (0x40, "hardware_thermal"), (0x80, "hardware_power_brake"), (0x100, "display_clock"),
    ];

    private static readonly (uint Policy, string Reason)[] Policies = [(0, "power"), (1, "thermal"), (2, "sync_boost"), (3, "board_limit"), (4, "low_utilization"), (5, "reliability")];

    public static ImmutableArray<ThrottleReason> Of(NvmlDevice device, NvmlReader reader)
    {
        var reasons = ImmutableArray.CreateBuilder<ThrottleReason>();
        if (reader.Ask(() => device.ClockReasons()) is { } mask)
        {
            foreach (var (bit, reason) in Reasons)
            {
                if ((mask.Supported & bit) != 0)
                    reasons.Add(new ThrottleReason(reason, (mask.Active & bit) != 0));
            }
        }

        foreach (var (policy, reason) in Policies)
        {
            if (reader.Ask(() => device.ViolationTime(policy)) is not { } nanoseconds)
                continue;
            var seconds = nanoseconds / NanosecondsPerSecond;
            var known = reasons.ToList().FindIndex(other => other.Reason == reason);
            if (known < 0)
                reasons.Add(new ThrottleReason(reason, null, seconds));
            else
                reasons[known] = reasons[known] with { Seconds = seconds };
        }

        return reasons.ToImmutable();
    }
}
