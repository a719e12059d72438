using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Monitoring.Health;

/// <summary>
/// What the driver says of the GPU as a whole, and whether it answers at all. One that has not answered once since the agent looks is not judged: it
/// may be its vendor's library that is missing.
/// </summary>
internal sealed class ResponseRule : IHealthRule
{
    public static readonly TimeSpan ToBegin = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan ToEnd = TimeSpan.FromSeconds(10);

    private readonly Sustained _silence = new(ToBegin, ToEnd);
    private bool _hasAnswered;
    private GpuFault? _fault;

    public IEnumerable<HealthReason> Judge(GpuSample sample, TimeSpan now)
    {
        var isSilent = IsSilent(sample);
        _hasAnswered |= !isSilent;
        // One that does not answer does not take back what was said of it.
        _fault = isSilent ? sample.Fault ?? _fault : sample.Fault;
        _silence.Update(isSilent && _hasAnswered, now);
        if (_fault is { } fault)
            yield return Reason(fault);
        if (_silence.Counts)
            yield return new HealthReason(
                HealthCodes.NotResponding, "Nothing was read of it for ten seconds", "Look at dmesg for lines of its driver; if it does not come back, reset the GPU or reboot the host");
    }

    public void Forget() => _fault = null;

    // Memory and engines may be known of other sources than the GPU.
    private static bool IsSilent(GpuSample sample) =>
        sample is { Problem: not null, PowerWatts: null, EnergyJoules: null, Pcie: null, Xids: null, MemoryUsedBytes: null }
        && sample.Temperatures.IsEmpty && sample.Clocks.IsEmpty && sample.Fans.IsEmpty && sample.Errors.IsEmpty && sample.Throttling.IsEmpty;

    private static HealthReason Reason(GpuFault fault) => fault switch
    {
        GpuFault.Lost => new HealthReason(HealthCodes.Lost, "Its driver says that it does not answer on the bus any more", "Look at dmesg; reboot the host, and have the card's seat and power looked at if it comes back"),
        GpuFault.ResetRequired => new HealthReason(HealthCodes.ResetRequired, "Its driver says that it must be reset", "End its programs and reset the GPU (nvidia-smi --gpu-reset), or reboot the host"),
        GpuFault.Wedged => new HealthReason(HealthCodes.Wedged, "Its driver has given it up (wedged)", "Look at dmesg; bind its driver anew (unbind and bind in /sys/bus/pci/drivers), or reboot the host"),
        _ => new HealthReason(HealthCodes.Firmware, "Its firmware is broken (survivability mode)", "Write its firmware anew with the vendor's tool, or have the card replaced"),
    };
}
