using System.Buffers.Binary;

namespace GpuRuntime.TestHosts;

/// <summary>A table that says what it holds: gpu_metrics 1.9, or 1.1 of a partition.</summary>
public sealed class GpuMetricsAttributes(int content)
{
    private readonly List<byte> _bytes = [];
    private int _count;

    /// <param name="id">Of enum amdgpu_metrics_attr_id.</param>
    /// <param name="width">Of each value, in bytes: 1, 2, 4 or 8, unsigned.</param>
    public GpuMetricsAttributes Add(int id, int width, params ReadOnlySpan<ulong> values)
    {
        var type = width switch { 1 => 0UL, 2 => 2UL, 4 => 4UL, 8 => 6UL, _ => throw new ArgumentOutOfRangeException(nameof(width)) };
        Append((type << 20) | ((ulong)id << 10) | (uint)values.Length, sizeof(ulong));
        foreach (var value in values)
            Append(value, width);
        _count++;
        return this;
    }

    public byte[] ToBytes()
    {
        const int head = 8;
        var bytes = new byte[head];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)(head + _bytes.Count));
        bytes[2] = 1;
        bytes[3] = (byte)content;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), _count);
        return [.. bytes, .. _bytes];
    }

    private void Append(ulong value, int width)
    {
        var wide = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(wide, value);
        _bytes.AddRange(wide.AsSpan(0, width));
    }
}
