using System.Buffers.Binary;
using System.Text;

namespace GpuRuntime.Linux.Loader;

/// <summary>Writes a loader cache: header, lines, texts, and the extension block where hardware names are used.</summary>
public static class LoaderCacheWriter
{
    private const int LittleEndianFlag = 2;
    private const uint GeneratorTag = 0;
    private static readonly byte[] Generator = Encoding.ASCII.GetBytes("gpu-runtime");

    public static byte[] Write(LoaderCacheFile cache)
    {
        using var texts = new TextTable(LoaderCacheFile.HeaderSize + (cache.Records.Length * LoaderCacheFile.EntrySize));
        var lines = new byte[cache.Records.Length * LoaderCacheFile.EntrySize];
        for (var index = 0; index < cache.Records.Length; index++)
        {
            var record = cache.Records[index];
            var line = lines.AsSpan(index * LoaderCacheFile.EntrySize);
            BinaryPrimitives.WriteInt32LittleEndian(line, record.Flags);
            BinaryPrimitives.WriteUInt32LittleEndian(line[4..], texts.Offset(record.Name));
            BinaryPrimitives.WriteUInt32LittleEndian(line[8..], texts.Offset(record.Path));
            BinaryPrimitives.WriteUInt32LittleEndian(line[12..], record.OsVersion);
            BinaryPrimitives.WriteUInt64LittleEndian(line[16..], record.Hardware);
        }

        var hardware = new List<uint>(cache.HardwareNames.Length);
        foreach (var name in cache.HardwareNames)
            hardware.Add(texts.Offset(name));
        var extension = (texts.End + 3) & ~3U;
        var header = new byte[LoaderCacheFile.HeaderSize];
        LoaderCacheFile.Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(20), cache.Records.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(24), texts.Length);
        header[28] = LittleEndianFlag;
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(32), extension);

        using var file = new MemoryStream();
        file.Write(header);
        file.Write(lines);
        texts.CopyTo(file);
        file.Write(new byte[extension - texts.End]);
        file.Write(Extension(extension, hardware));
        return file.ToArray();
    }

    // Magic and count, one row (tag, flags, offset, size) a section, then the sections themselves: who wrote it, and the names.
    private static byte[] Extension(uint start, List<uint> hardware)
    {
        const int rows = 2;
        const int fixedSize = 8 + (rows * 16);
        var namesSize = hardware.Count * 4;
        var block = new byte[fixedSize + namesSize + Generator.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(block, LoaderCacheExtensions.Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(4), rows);
        Row(block.AsSpan(8), GeneratorTag, start + (uint)(fixedSize + namesSize), (uint)Generator.Length);
        Row(block.AsSpan(24), LoaderCacheExtensions.HardwareNamesTag, start + fixedSize, (uint)namesSize);
        for (var index = 0; index < hardware.Count; index++)
            BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(fixedSize + (index * 4)), hardware[index]);
        Generator.CopyTo(block, fixedSize + namesSize);
        return block;
    }

    private static void Row(Span<byte> row, uint tag, uint offset, uint size)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(row, tag);
        BinaryPrimitives.WriteUInt32LittleEndian(row[8..], offset);
        BinaryPrimitives.WriteUInt32LittleEndian(row[12..], size);
    }

    /// <summary>NUL-terminated texts, each stored once.</summary>
    private sealed class TextTable(int start) : IDisposable
    {
        private readonly MemoryStream _texts = new();
        private readonly Dictionary<byte[], uint> _offsets = new(ByteTextComparer.Instance);

        public uint Length => (uint)_texts.Length;

        public uint End => (uint)start + Length;

        public uint Offset(byte[] text)
        {
            if (!_offsets.TryGetValue(text, out var offset))
            {
                offset = End;
                _texts.Write(text);
                _texts.WriteByte(0);
                _offsets.Add(text, offset);
            }

            return offset;
        }

        public void CopyTo(Stream target) => _texts.WriteTo(target);

        public void Dispose() => _texts.Dispose();
    }

    private sealed class ByteTextComparer : IEqualityComparer<byte[]>
    {
        public static ByteTextComparer Instance { get; } = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] text)
        {
            var hash = default(HashCode);
            hash.AddBytes(text);
            return hash.ToHashCode();
        }
    }
}
