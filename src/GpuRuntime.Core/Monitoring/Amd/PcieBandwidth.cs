using GpuRuntime.Core.Monitoring.Sysfs;

namespace GpuRuntime.Core.Monitoring.Amd;

/// <summary>
/// What went over the link in the last second: <c>pcie_bw</c>, the packets that were received and sent and the most bytes that one holds, so that
/// this is the most that it can have been. Reading it takes that second. Source: drivers/gpu/drm/amd/pm/amdgpu_pm.c.
/// </summary>
public readonly record struct PcieBandwidth(double ReceivedBytesPerSecond, double TransmittedBytesPerSecond)
{
    public const string File = "pcie_bw";

    public static PcieBandwidth? Parse(string? text) =>
        text?.Split(' ') is [var received, var sent, var payload]
        && SensorNumber.Parse(received) is { } packetsIn and >= 0 && SensorNumber.Parse(sent) is { } packetsOut and >= 0 && SensorNumber.Parse(payload) is { } bytes and > 0
            ? new PcieBandwidth((double)packetsIn * bytes, (double)packetsOut * bytes)
            : null;
}
