using System.Buffers.Binary;
using System.Text;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Loader;

/// <summary>
/// Whether a library has a function, asked of its file alone: a program of root's that only wants to know must not load it, and a version
/// number does not tell. Looks where the dynamic loader looks (the tables DT_GNU_HASH and DT_HASH; System V ABI, man 5 elf,
/// https://sourceware.org/gnu-gabi/program-loading-and-dynamic-linking.txt). The file may be hostile: what does not fit is no symbol.
/// </summary>
public static class ElfSymbols
{
    // Linkers keep a few symbols in a bucket.
    private const int MostSteps = 1 << 12;
    private const int LongestName = 1024;

    /// <returns>Whether the library defines the symbol for others, in whatever version; no for a file that cannot be read or is none.</returns>
    /// <param name="hostPath">Links are followed.</param>
    public static bool Exports(string hostPath, string symbol)
    {
        using var file = Libc.TryOpenAt(Libc.AtFdCwd, hostPath, OpenFlags.ReadOnly | OpenFlags.NonBlock, Resolve.None, out _);
        return file is not null && Libc.Stat(file).Type == FileType.Regular && Exports(file, symbol);
    }

    internal static bool Exports(FileDescriptor file, string symbol)
    {
        var name = Encoding.UTF8.GetBytes(symbol);
        if (name.Length is 0 or > LongestName || name.AsSpan().Contains((byte)0) || ElfImage.Read(file) is not { } image)
            return false;
        if (Offset(image, ElfImage.SymbolTable) is not { } symbols || Offset(image, ElfImage.StringTable) is not { } strings || image.Entry(ElfImage.StringSize) is not { } stringsSize)
            return false;
        var table = new ElfSymbolTable(file, image.Layout.Is64Bit, symbols, strings, stringsSize);
        return Offset(image, ElfImage.GnuHash) is { } gnuHash ? IsInGnuHash(file, gnuHash, table, name)
            : Offset(image, ElfImage.Hash) is { } hash && IsInHash(file, hash, table, name);
    }

    private static long? Offset(ElfImage image, long tag) => image.Entry(tag) is { } address ? image.FileOffset(address) : null;

    // Header of four words (buckets, first symbol that is listed, words of the Bloom filter, its shift), the filter, the buckets, and a hash for
    // each listed symbol, whose lowest bit ends a bucket. The filter only spares the loader a look.
    private static bool IsInGnuHash(FileDescriptor file, long start, ElfSymbolTable table, byte[] name)
    {
        var hash = 5381u;
        foreach (var value in name)
            hash = (hash * 33) + value;
        if (Word(file, start) is not (> 0 and var buckets) || Word(file, start + 4) is not { } first || Word(file, start + 8) is not { } filter)
            return false;
        var bucketStart = start + 16 + (filter * (table.Is64Bit ? 8L : 4L));
        if (Word(file, bucketStart + (hash % buckets * 4L)) is not { } index || index < first)
            return false;
        var chain = bucketStart + (buckets * 4L);
        for (var step = 0; step < MostSteps; step++, index++)
        {
            if (Word(file, chain + ((index - first) * 4L)) is not { } listed)
                return false;
            if ((listed | 1) == (hash | 1) && table.Defines(index, name))
                return true;
            if ((listed & 1) != 0 || index == uint.MaxValue)
                return false;
        }

        return false;
    }

    // Two words (buckets, symbols), the buckets, and for each symbol the next one of its bucket.
    private static bool IsInHash(FileDescriptor file, long start, ElfSymbolTable table, byte[] name)
    {
        var hash = 0u;
        foreach (var value in name)
        {
            hash = (hash << 4) + value;
            hash = (hash ^ ((hash & 0xf0000000) >> 24)) & 0x0fffffff;
        }

        if (Word(file, start) is not (> 0 and var buckets) || Word(file, start + 4) is not { } symbols)
            return false;
        var next = Word(file, start + 8 + (hash % buckets * 4L));
        for (var step = 0; step < MostSteps && next is > 0 and var index && index < symbols; step++)
        {
            if (table.Defines(index, name))
                return true;
            next = Word(file, start + 8 + ((buckets + (long)index) * 4L));
        }

        return false;
    }

    private static uint? Word(FileDescriptor file, long offset)
    {
        Span<byte> word = stackalloc byte[sizeof(uint)];
        return Libc.ReadAt(file, word, offset) == word.Length ? BinaryPrimitives.ReadUInt32LittleEndian(word) : null;
    }
}
