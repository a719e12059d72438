using System.Buffers.Binary;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Monitoring.Amd;

/// <summary>Numbers of a table of amdgpu's, little endian. The driver sets every bit of what it does not know: that, and what lies beyond the end, is <see langword="null"/>.</summary>
internal readonly ref struct MetricsBytes(ReadOnlySpan<byte> bytes)
{
    private const double Mega = 1e6;
    private const int MostPercent = 100;

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Length => _bytes.Length;

    public byte? U8(int offset) => offset < _bytes.Length && _bytes[offset] != byte.MaxValue ? _bytes[offset] : null;

    public ushort? U16(int offset) => Has(offset, sizeof(ushort)) && BinaryPrimitives.ReadUInt16LittleEndian(_bytes[offset..]) is var value and not ushort.MaxValue ? value : null;

    public uint? U32(int offset) => Has(offset, sizeof(uint)) && BinaryPrimitives.ReadUInt32LittleEndian(_bytes[offset..]) is var value and not uint.MaxValue ? value : null;

    public ulong? U64(int offset) => Has(offset, sizeof(ulong)) && BinaryPrimitives.ReadUInt64LittleEndian(_bytes[offset..]) is var value and not ulong.MaxValue ? value : null;

    /// <summary>16 bits of percent.</summary>
    public double? Ratio(int offset) => RatioOf(U16(offset));

    /// <summary>The mean of those of several instances that are known: 16 bits of percent each.</summary>
    public double? MeanRatio(int offset, int count)
    {
        Span<ushort> known = stackalloc ushort[count];
        var found = 0;
        for (var i = 0; i < count; i++)
        {
            if (U16(offset + i * sizeof(ushort)) is { } percent and <= MostPercent)
                known[found++] = percent;
        }

        return Mean(known[..found]);
    }

    /// <summary>The same for 32 bits each.</summary>
    public double? MeanWideRatio(int offset, int count)
    {
        Span<ushort> known = stackalloc ushort[count];
        var found = 0;
        for (var i = 0; i < count; i++)
        {
            if (U32(offset + i * sizeof(uint)) is { } percent and <= MostPercent)
                known[found++] = (ushort)percent;
        }

        return Mean(known[..found]);
    }

    /// <summary>16 bits of MHz, from the first of these places that knows it.</summary>
    public Clock? Clock(string domain, params ReadOnlySpan<int> offsets)
    {
        foreach (var offset in offsets)
        {
            if (U16(offset) is { } megahertz)
                return new Clock(domain, megahertz * Mega);
        }

        return null;
    }

    /// <summary>The highest of several instances: 16 bits of MHz each.</summary>
    public Clock? HighestClock(string domain, int offset, int count)
    {
        ushort? highest = null;
        for (var i = 0; i < count; i++)
        {
            if (U16(offset + i * sizeof(ushort)) is { } megahertz && !(highest >= megahertz))
                highest = megahertz;
        }

        return highest is { } most ? new Clock(domain, most * Mega) : null;
    }

    /// <summary>16 bits of degrees, or of parts of them. Firmware writes 0 for a sensor that the board does not have.</summary>
    public Temperature? Temperature(string sensor, int offset, double partsOfDegree = 1) => U16(offset) is { } parts and > 0 ? new Temperature(sensor, parts / partsOfDegree) : null;

    /// <summary>16 bits of millivolts; 0 for what is not measured.</summary>
    public Voltage? Voltage(string rail, int offset) => U16(offset) is { } millivolts and > 0 ? new Voltage(rail, millivolts / 1e3) : null;

    public static double? RatioOf(ulong? percent) => percent <= MostPercent ? percent.Value / 100.0 : null;

    private static double? Mean(ReadOnlySpan<ushort> percents)
    {
        if (percents.IsEmpty)
            return null;
        var sum = 0;
        foreach (var percent in percents)
            sum += percent;
        return sum / 100.0 / percents.Length;
    }

    private bool Has(int offset, int length) => offset >= 0 && offset <= _bytes.Length - length;
}
