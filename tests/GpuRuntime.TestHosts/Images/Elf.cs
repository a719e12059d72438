using System.Buffers.Binary;

namespace GpuRuntime.TestHosts;

internal static class Elf
{
    private const int ProgramHeaderOffset = 32;
    private const int ProgramHeaderSize = 54;
    private const int ProgramHeaderCount = 56;
    private const uint Interpreter = 3;

    /// <summary>Whether a 64-bit program is dynamic: PT_INTERP of its program headers.</summary>
    public static bool HasInterpreter(string path)
    {
        var header = new byte[4096];
        using (var file = File.OpenRead(path))
            file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        var offset = (int)BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(ProgramHeaderOffset));
        var size = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(ProgramHeaderSize));
        var count = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(ProgramHeaderCount));
        for (var i = 0; i < count; i++)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(offset + (i * size))) == Interpreter)
                return true;
        }
        return false;
    }

    /// <summary>Overwrites every occurrence of a string in a binary by another of the same length.</summary>
    public static void Patch(string path, ReadOnlySpan<byte> old, ReadOnlySpan<byte> replacement)
    {
        var content = File.ReadAllBytes(path);
        for (var rest = content.AsSpan(); rest.IndexOf(old) is >= 0 and var at; rest = rest[(at + old.Length)..])
            replacement.CopyTo(rest[at..]);
        File.WriteAllBytes(path, content);
    }
}
