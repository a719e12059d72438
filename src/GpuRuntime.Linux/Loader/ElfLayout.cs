using System.Buffers.Binary;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Linux.Loader;

/// <summary>A program header.</summary>
internal sealed record ElfSegment(uint Type, long Offset, long Address, long FileSize);

/// <summary>Where an ELF file of one class keeps its fields, and its place of program headers.</summary>
internal readonly record struct ElfLayout(bool Is64Bit, LibraryArchitecture Architecture, long HeaderOffset, int HeaderSize, int HeaderCount)
{
    private const ushort SharedObjectType = 3;

    public int DynamicSize => Is64Bit ? 16 : 8;

    /// <returns><see langword="null"/> when this is no little-endian shared object.</returns>
    public static ElfLayout? Of(ReadOnlySpan<byte> header)
    {
        const byte class32 = 1, class64 = 2, littleEndian = 1;
        if (!header.StartsWith("\u007fELF"u8) || header[5] != littleEndian || BinaryPrimitives.ReadUInt16LittleEndian(header[16..]) != SharedObjectType)
            return null;
        var architecture = (header[4], BinaryPrimitives.ReadUInt16LittleEndian(header[18..])) switch
        {
            (class64, 62) => LibraryArchitecture.X64,
            (class32, 3) => LibraryArchitecture.X86,
            (class64, 183) => LibraryArchitecture.Arm64,
            (class32, 40) => LibraryArchitecture.Arm,
            _ => LibraryArchitecture.Unknown,
        };
        var is64Bit = header[4] == class64;
        var size = is64Bit ? 56 : 32;
        var sizeGiven = BinaryPrimitives.ReadUInt16LittleEndian(header[(is64Bit ? 54 : 42)..]);
        var count = BinaryPrimitives.ReadUInt16LittleEndian(header[(is64Bit ? 56 : 44)..]);
        var offset = is64Bit ? BinaryPrimitives.ReadInt64LittleEndian(header[32..]) : BinaryPrimitives.ReadUInt32LittleEndian(header[28..]);
        return sizeGiven == size && offset >= 0 ? new ElfLayout(is64Bit, architecture, offset, size, count) : null;
    }

    public ElfSegment Segment(ReadOnlySpan<byte> header) => Is64Bit
        ? new ElfSegment(
            BinaryPrimitives.ReadUInt32LittleEndian(header),
            BinaryPrimitives.ReadInt64LittleEndian(header[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(header[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(header[32..]))
        : new ElfSegment(
            BinaryPrimitives.ReadUInt32LittleEndian(header),
            BinaryPrimitives.ReadUInt32LittleEndian(header[4..]),
            BinaryPrimitives.ReadUInt32LittleEndian(header[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(header[16..]));

    public (long Tag, long Value) DynamicEntry(ReadOnlySpan<byte> entry) => Is64Bit
        ? (BinaryPrimitives.ReadInt64LittleEndian(entry), BinaryPrimitives.ReadInt64LittleEndian(entry[8..]))
        : (BinaryPrimitives.ReadInt32LittleEndian(entry), BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]));
}
