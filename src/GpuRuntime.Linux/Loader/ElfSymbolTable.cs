using System.Buffers.Binary;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Loader;

/// <summary>A shared object's dynamic symbols, and the strings that hold their names.</summary>
/// <param name="Symbols">Offset in the file.</param>
/// <param name="Strings">Offset in the file.</param>
/// <param name="StringsSize">In bytes.</param>
internal sealed record ElfSymbolTable(FileDescriptor File, bool Is64Bit, long Symbols, long Strings, long StringsSize)
{
    private const int LargestSymbol = 24;

    /// <summary>Whether the symbol of this index has the name, and is one that others can use.</summary>
    public bool Defines(uint index, ReadOnlySpan<byte> name)
    {
        var symbol = (stackalloc byte[LargestSymbol])[..(Is64Bit ? LargestSymbol : 16)];
        if (Libc.ReadAt(File, symbol, Symbols + (index * (long)symbol.Length)) < symbol.Length)
            return false;
        // The fields have another order in each class.
        var information = symbol[Is64Bit ? 4 : 12];
        var visibility = symbol[Is64Bit ? 5 : 13] & 3;
        var section = BinaryPrimitives.ReadUInt16LittleEndian(symbol[(Is64Bit ? 6 : 14)..]);
        return section != 0 && IsForOthers(information >> 4, information & 15, visibility) && HasName(BinaryPrimitives.ReadUInt32LittleEndian(symbol), name);
    }

    private static bool IsForOthers(int binding, int type, int visibility)
    {
        const int global = 1, weak = 2, unique = 10;
        const int section = 3, file = 4;
        const int visible = 0, isProtected = 3;
        return binding is global or weak or unique && type is not (section or file) && visibility is visible or isProtected;
    }

    private bool HasName(uint at, ReadOnlySpan<byte> name)
    {
        if (at + name.Length + 1L > StringsSize)
            return false;
        Span<byte> found = new byte[name.Length + 1];
        return Libc.ReadAt(File, found, Strings + at) == found.Length && found[^1] == 0 && found[..^1].SequenceEqual(name);
    }
}
