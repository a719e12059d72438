using System.Buffers.Binary;

namespace GpuRuntime.TestHosts;

/// <summary>A gpu_metrics file of a format with fixed places: what is not set is unknown, all ones.</summary>
public sealed class GpuMetricsTable
{
    private readonly byte[] _bytes;
    private readonly Dictionary<string, (int Offset, int Width, int Count)> _fields = new(StringComparer.Ordinal);

    /// <param name="format">1 for discrete GPUs, 2 and 3 for those of a processor.</param>
    /// <param name="content">0 to 8; 0 to 4; 0.</param>
    public GpuMetricsTable(int format, int content)
    {
        const int head = 4;
        var (offset, widest) = (head, 2);
        foreach (var (name, width, count) in GpuMetricsLayouts.Fields(format, content))
        {
            offset = Aligned(offset, width);
            _fields.Add(name, (offset, width, count));
            offset += width * count;
            widest = Math.Max(widest, width);
        }
        _bytes = new byte[Aligned(offset, widest)];
        Array.Fill(_bytes, byte.MaxValue);
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes, (ushort)_bytes.Length);
        _bytes[2] = (byte)format;
        _bytes[3] = (byte)content;
    }

    /// <param name="field">As the kernel's structure calls it; of a partition <c>xcp_stats[2].gfx_busy_inst</c>.</param>
    /// <param name="values">Of an array its first ones.</param>
    public GpuMetricsTable Set(string field, params ReadOnlySpan<ulong> values)
    {
        var (offset, width, count) = _fields[field];
        if (values.Length > count)
            throw new ArgumentException($"{field} has {count} values", nameof(values));
        Span<byte> wide = stackalloc byte[sizeof(ulong)];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(wide, values[i]);
            wide[..width].CopyTo(_bytes.AsSpan(offset + i * width));
        }
        return this;
    }

    public byte[] ToBytes() => [.. _bytes];

    private static int Aligned(int offset, int width) => (offset + width - 1) / width * width;
}
