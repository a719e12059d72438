using System.Buffers.Binary;

namespace GpuRuntime.Core.Monitoring.Amd;

/// <summary>
/// A table that tells what it holds: after the head and a count of 32 bits come attributes without gaps, each of them 64 bits that encode what it is,
/// and then its values. Source: AMDGPU_METRICS_ENC_ATTR in drivers/gpu/drm/amd/include/kgd_pp_interface.h.
/// </summary>
internal readonly ref struct AttributeTable
{
    private const int CountOffset = 4;
    private const int FirstOffset = 8;
    private const int MostAttributes = 1024;
    private const int Ids = 64;

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly Attribute[] _attributes;

    private AttributeTable(ReadOnlySpan<byte> bytes, Attribute[] attributes)
    {
        _bytes = bytes;
        _attributes = attributes;
    }

    /// <returns>False for a table that ends before its attributes do.</returns>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out AttributeTable table)
    {
        table = default;
        if (bytes.Length < FirstOffset || BinaryPrimitives.ReadInt32LittleEndian(bytes[CountOffset..]) is var count && count is < 0 or > MostAttributes)
            return false;
        var attributes = new Attribute[Ids];
        var offset = FirstOffset;
        for (; count > 0; count--)
        {
            if (offset > bytes.Length - sizeof(ulong))
                return false;
            var encoding = BinaryPrimitives.ReadUInt64LittleEndian(bytes[offset..]);
            var (instances, id, type) = ((int)(encoding & 0x3ff), (int)(encoding >> 10 & 0x3ff), (int)(encoding >> 20 & 0xf));
            // Types are pairs of unsigned and signed ones of 1, 2, 4 and 8 bytes: another one has a length that nobody knows.
            if (type >= 8)
                return false;
            var attribute = new Attribute(offset + sizeof(ulong), instances, 1 << (type / 2));
            offset = attribute.Offset + instances * attribute.Width;
            if (offset > bytes.Length)
                return false;
            if (id < Ids)
                attributes[id] = attribute;
        }

        table = new AttributeTable(bytes, attributes);
        return true;
    }

    /// <summary>How many values an attribute has; 0 for one that is not in the table.</summary>
    public int Count(MetricsAttribute id) => _attributes[(int)id].Instances;

    /// <returns><see langword="null"/> for what is not known: every bit of it is set.</returns>
    public ulong? Value(MetricsAttribute id, int instance = 0)
    {
        var attribute = _attributes[(int)id];
        if (instance >= attribute.Instances)
            return null;
        var value = _bytes.Slice(attribute.Offset + instance * attribute.Width, attribute.Width);
        if (value.IndexOfAnyExcept(byte.MaxValue) < 0)
            return null;
        Span<byte> wide = stackalloc byte[sizeof(ulong)];
        wide.Clear();
        value.CopyTo(wide);
        return BinaryPrimitives.ReadUInt64LittleEndian(wide);
    }

    /// <summary>The mean of the instances that are known, of percents.</summary>
    public double? MeanRatio(MetricsAttribute id)
    {
        var (sum, known) = (0.0, 0);
        for (var i = 0; i < Count(id); i++)
        {
            if (MetricsBytes.RatioOf(Value(id, i)) is { } ratio)
                (sum, known) = (sum + ratio, known + 1);
        }

        return known == 0 ? null : sum / known;
    }

    /// <summary>The highest of the instances that are known.</summary>
    public ulong? Highest(MetricsAttribute id)
    {
        ulong? highest = null;
        for (var i = 0; i < Count(id); i++)
        {
            if (Value(id, i) is { } value && !(highest >= value))
                highest = value;
        }

        return highest;
    }

    private readonly record struct Attribute(int Offset, int Instances, int Width);
}

/// <summary>Those of enum amdgpu_metrics_attr_id that are read.</summary>
internal enum MetricsAttribute
{
    TemperatureHotspot = 0,
    TemperatureMemory = 1,
    TemperatureVrSoc = 2,
    SocketPower = 3,
    GraphicsActivity = 4,
    MemoryActivity = 5,
    Energy = 7,
    Cycles = 9,
    ProchotResidency = 10,
    PowerResidency = 11,
    ThermalResidency = 12,
    VrThermalResidency = 13,
    MemoryThermalResidency = 14,
    PcieWidth = 16,
    PcieSpeed = 17,
    PcieReplays = 25,
    GraphicsClock = 33,
    SocClock = 34,
    VideoClock = 35,
    MemoryClock = 37,
    GraphicsBusy = 40,
    JpegBusy = 41,
    VideoBusy = 42,
    TemperatureHbm = 48,
}
