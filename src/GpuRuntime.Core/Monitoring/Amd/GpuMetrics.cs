using System.Buffers.Binary;
using System.Collections.Immutable;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Core.Monitoring.Sysfs;

namespace GpuRuntime.Core.Monitoring.Amd;

/// <summary>
/// amdgpu's <c>gpu_metrics</c>: what the GPU's firmware measures, in one table. Its head tells size, format and content revision; formats 1.0 to
/// 1.9 are discrete GPUs, 2.0 to 2.4 and 3.0 are part of a processor. Source: drivers/gpu/drm/amd/include/kgd_pp_interface.h.
/// </summary>
public sealed record GpuMetrics
{
    public const string File = "gpu_metrics";

    private const int HeadLength = 4;

    /// <summary>0 to 1, as the others.</summary>
    public double? GraphicsActivity { get; init; }

    /// <summary>Of the memory controller.</summary>
    public double? MemoryActivity { get; init; }

    /// <summary>Of the video engines together.</summary>
    public double? VideoActivity { get; init; }

    public double? JpegActivity { get; init; }

    public double? PowerWatts { get; init; }

    public double? EnergyJoules { get; init; }

    public ImmutableArray<Temperature> Temperatures { get; init; } = [];

    public ImmutableArray<Clock> Clocks { get; init; } = [];

    public ImmutableArray<Voltage> Voltages { get; init; } = [];

    /// <summary>The link at the slot, behind the bridges that are part of the board.</summary>
    public PcieLink? Pcie { get; init; }

    /// <summary>The bits of <see cref="ThrottleBits"/>.</summary>
    public ulong? Throttling { get; init; }

    /// <summary>How often the firmware has added to <see cref="Residencies"/>.</summary>
    public uint? Cycles { get; init; }

    /// <summary>Counters that rise while a reason to throttle holds.</summary>
    public ImmutableArray<ThrottleResidency> Residencies { get; init; } = [];

    /// <summary>By the partition's number, where the table has room for them.</summary>
    public ImmutableArray<PartitionActivity> Partitions { get; init; } = [];

    /// <returns><see langword="null"/> where there is no table, or one that is not known.</returns>
    public static GpuMetrics? Read(ISensorFiles files) => files.ReadBytes(File) is { } bytes ? Parse(bytes) : null;

    /// <returns><see langword="null"/> for a table of a format that is not known, or shorter than its format is.</returns>
    public static GpuMetrics? Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeadLength || BinaryPrimitives.ReadUInt16LittleEndian(bytes) is var size && (size < HeadLength || size > bytes.Length))
            return null;
        var table = new MetricsBytes(bytes[..size]);
        return (bytes[2], bytes[3]) switch
        {
            (1, <= 3 and var revision) => DiscreteMetrics.Parse(table, revision),
            (1, >= 4 and <= 8 and var revision) => AcceleratorMetrics.Parse(table, revision),
            (1, 9) => AttributeMetrics.Parse(bytes[..size]),
            (2, <= 4 and var revision) => ProcessorMetrics.Parse(table, revision),
            (3, 0) => ProcessorMetrics.ParseThird(table),
            _ => null,
        };
    }

    /// <param name="speed">In tenths of GT/s.</param>
    internal static PcieLink? Link(ulong? width, ulong? speed, ulong? replays = null)
    {
        var link = new PcieLink
        {
            Lanes = PcieLinkFiles.Lanes((long?)width),
            TransfersPerSecond = speed is 25 or 50 or 80 or 160 or 320 or 640 ? speed.Value * 1e8 : null,
            Replays = replays <= long.MaxValue ? (long)replays.Value : null,
        };
        return link == new PcieLink() ? null : link;
    }

    /// <summary>The unit of the energy counters of data-centre GPUs: 15.259 µJ, which is 2^-16 J. Source: kgd_pp_interface.h, at gpu_metrics_v1_4.</summary>
    internal static double? Energy(ulong? steps) => steps / 65536.0;
}

/// <param name="Reason">A word as <see cref="ThrottleReason"/> has it.</param>
/// <param name="Count">In cycles of the firmware.</param>
public sealed record ThrottleResidency(string Reason, ulong Count);

/// <summary>How busy a partition is, 0 to 1.</summary>
public sealed record PartitionActivity(double? Graphics, double? Video, double? Jpeg);
