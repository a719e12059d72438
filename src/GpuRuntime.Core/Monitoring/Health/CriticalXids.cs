using System.Collections.Immutable;

namespace GpuRuntime.Core.Monitoring.Health;

/// <param name="Xid">NVIDIA's number.</param>
/// <param name="Meaning">What it says, as the rest of a sentence.</param>
/// <param name="Cure">A sentence without its end.</param>
public sealed record CriticalXid(int Xid, string Meaning, string Cure);

/// <summary>
/// NVIDIA's errors after which a GPU should get no new work. https://docs.nvidia.com/deploy/xid-errors/ Errors of programs (13, 31, 43, 45, 68, 109
/// and their like) end the program and leave the GPU as it was. 63 tells of a row or page that will be replaced: the pending flag says so as long as
/// it holds. What is in no row here is counted in the metrics, and judged by nobody.
/// </summary>
public static class CriticalXids
{
    private const string Reboot = "Reboot the host; if it comes back, look at the card's seat, power and cooling, and have it replaced";
    private const string Replace = "Reset the GPU (nvidia-smi --gpu-reset); have the card replaced if it comes back";
    private const string Reset = "End its programs and reset the GPU (nvidia-smi --gpu-reset), or reboot the host; if it comes back, have the card looked at";

    /// <summary>Those with the strongest cure first.</summary>
    public static ImmutableArray<CriticalXid> All { get; } =
    [
        new(79, "the GPU has fallen off the bus", Reboot),
        new(54, "auxiliary power is not connected", "Connect the card's power cables and reboot the host"),
        new(64, "a memory row or page could not be taken out of use", Replace),
        new(140, "an uncorrected ECC error was not recovered from", Reset),
        new(95, "an uncorrected ECC error was not contained: any program may have wrong data", Reset),
        new(48, "a double-bit ECC error", Reset),
        new(119, "the GPU's system processor (GSP) does not answer", Reset),
        new(120, "the GPU's system processor (GSP) has failed", Reset),
        new(123, "the power management unit does not take commands", Reset),
        new(46, "the GPU has stopped processing", Reset),
        new(62, "an internal microcontroller has halted", Reset),
        new(110, "a security fault of the hardware", Reset),
        new(136, "an NVLink could not be trained", Reset),
        new(143, "the GPU could not be initialized", Reset),
        new(158, "the GPU has not answered in time", Reset),
        new(74, "an NVLink error", "Reset the GPU with all that it is linked to, or reboot the host; if it comes back, look at the bridge or baseboard"),
        new(94, "an uncorrected ECC error that ended the program which used the memory", "Reset the GPU (nvidia-smi --gpu-reset) once its programs have ended"),
    ];
}
