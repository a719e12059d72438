namespace GpuRuntime.Core.Monitoring.Samples;

/// <summary>One kind of engine.</summary>
/// <param name="Engine">A word in lower case: <c>encoder</c>, <c>decoder</c>, <c>jpeg</c>, <c>video</c>, <c>copy</c>, <c>render</c>, <c>compute</c>, ...</param>
/// <param name="BusyRatio">0 to 1, of the last sampling period.</param>
public sealed record EngineActivity(string Engine, double BusyRatio);

/// <param name="Pool"><c>gtt</c> (host memory that the GPU can use), <c>visible_vram</c> (what the processor can reach), <c>bar1</c>.</param>
/// <param name="TotalBytes">Its size; <see langword="null"/> where it is not told.</param>
public sealed record MemoryPool(string Pool, long? TotalBytes, long? UsedBytes);

/// <param name="Sensor"><c>edge</c>, <c>junction</c>, <c>memory</c>, <c>gpu</c>, <c>package</c>, ...</param>
/// <param name="Celsius">Degrees; may be below 0.</param>
/// <param name="CriticalCelsius">From here on the hardware protects itself, by slowing or switching off.</param>
public sealed record Temperature(string Sensor, double Celsius, double? CriticalCelsius = null);

/// <param name="Domain"><c>graphics</c>, <c>sm</c>, <c>memory</c>, <c>video</c>, <c>soc</c>, <c>fabric</c>, ...; of Intel with its tile and GT, such as <c>gt0</c>.</param>
/// <param name="MaxHertz">The highest that it can run at.</param>
public sealed record Clock(string Domain, double Hertz, double? MaxHertz = null);

/// <param name="Index">From 0.</param>
/// <param name="Rpm">Revolutions a minute.</param>
/// <param name="Ratio">Of its highest speed, 0 to 1.</param>
public sealed record Fan(int Index, double? Rpm, double? Ratio = null);

/// <param name="Rail"><c>graphics</c>, <c>northbridge</c>, ...</param>
public sealed record Voltage(string Rail, double Volts);

/// <summary>The link to the host. Speeds are in transfers a second (2.5e9 for generation 1), widths in lanes.</summary>
public sealed record PcieLink
{
    public double? TransfersPerSecond { get; init; }

    public double? MaxTransfersPerSecond { get; init; }

    public int? Lanes { get; init; }

    public int? MaxLanes { get; init; }

    /// <summary>Into the GPU.</summary>
    public double? ReceivedBytesPerSecond { get; init; }

    /// <summary>Out of the GPU.</summary>
    public double? TransmittedBytesPerSecond { get; init; }

    /// <summary>Packets that had to be sent again.</summary>
    public long? Replays { get; init; }
}

public enum ErrorKind
{
    /// <summary>Mended by the hardware.</summary>
    Corrected,

    /// <summary>Data was lost.</summary>
    Uncorrected,

    /// <summary>Found, and lost only when it is used.</summary>
    Deferred,
}

/// <param name="Location">The block as its driver calls it: <c>umc</c>, <c>gfx</c>, <c>sdma</c>; of NVIDIA <c>memory</c> and <c>sram</c>, or <c>device</c> for the sum.</param>
/// <param name="Count">Since the driver was loaded, or over the GPU's life where <paramref name="IsLifetime"/>.</param>
public sealed record ErrorCount(string Location, ErrorKind Kind, long Count, bool IsLifetime = false);

/// <param name="Last">The last one that was seen; <see langword="null"/> when none was.</param>
/// <param name="Counts">By XID, those that were seen since the agent looks.</param>
public sealed record XidErrors(int? Last, IReadOnlyDictionary<int, long> Counts);

/// <summary>Memory that was taken out of use. https://docs.nvidia.com/deploy/a100-gpu-mem-error-mgmt/</summary>
public sealed record MemoryRepairs
{
    public long? CorrectableRemappedRows { get; init; }

    public long? UncorrectableRemappedRows { get; init; }

    /// <summary>A row waits for the next reset to be remapped.</summary>
    public bool? IsRemappingPending { get; init; }

    public bool? HasRemappingFailed { get; init; }

    /// <summary>Pages retired for many corrected errors (NVIDIA before Ampere).</summary>
    public long? PagesRetiredForCorrected { get; init; }

    /// <summary>Pages retired for uncorrected errors; of AMD: bad pages of the memory.</summary>
    public long? PagesRetiredForUncorrected { get; init; }
}

/// <param name="Reason">A word: <c>power</c>, <c>thermal</c>, <c>hardware_slowdown</c>, <c>prochot</c>, <c>current</c>, ...</param>
/// <param name="IsActive">Whether it holds at this moment; <see langword="null"/> where only the time is told.</param>
/// <param name="Seconds">How long it has held, all in all; <see langword="null"/> where it is not told.</param>
public sealed record ThrottleReason(string Reason, bool? IsActive, double? Seconds = null);
