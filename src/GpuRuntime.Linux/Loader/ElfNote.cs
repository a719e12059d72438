using System.Buffers.Binary;
using System.Text;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Loader;

/// <summary>Reads a note section of a 64-bit little-endian ELF file by name (System V ABI; man 5 elf). The file may be hostile.</summary>
internal static class ElfNote
{
    private const int HeaderSize = 64;
    private const int SectionSize = 64;
    private const int MostSections = 256;
    private const int LargestNames = 1 << 16;
    private const int LargestNote = 1 << 16;
    private const int NoteHeader = 12;

    /// <returns>The description of the first note of this owner; <see langword="null"/> when there is none; empty when it is too large to be one.</returns>
    public static byte[]? Read(FileDescriptor file, string sectionName, string owner)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        if (Libc.ReadAt(file, header, 0) < HeaderSize || ElfLayout.Of(header) is not { Is64Bit: true })
            return null;
        var offset = BinaryPrimitives.ReadInt64LittleEndian(header[40..]);
        var size = BinaryPrimitives.ReadUInt16LittleEndian(header[58..]);
        var count = BinaryPrimitives.ReadUInt16LittleEndian(header[60..]);
        var namesIndex = BinaryPrimitives.ReadUInt16LittleEndian(header[62..]);
        if (offset <= 0 || size != SectionSize || count > MostSections || namesIndex >= count)
            return null;
        var sections = new byte[count * SectionSize];
        if (Libc.ReadAt(file, sections, offset) < sections.Length || Content(file, sections.AsSpan(namesIndex * SectionSize), LargestNames) is not { } names)
            return null;

        var wanted = Encoding.ASCII.GetBytes(sectionName + "\0");
        for (var index = 0; index < count; index++)
        {
            var section = sections.AsSpan(index * SectionSize, SectionSize);
            var name = BinaryPrimitives.ReadUInt32LittleEndian(section);
            if (name < names.Length && names.AsSpan((int)name).StartsWith(wanted))
                return Content(file, section, LargestNote) is { } note ? Description(note, owner) : [];
        }

        return null;
    }

    private static byte[]? Content(FileDescriptor file, ReadOnlySpan<byte> section, int largest)
    {
        var offset = BinaryPrimitives.ReadInt64LittleEndian(section[24..]);
        var size = BinaryPrimitives.ReadInt64LittleEndian(section[32..]);
        if (offset < 0 || size < 0 || size > largest)
            return null;
        var content = new byte[size];
        return Libc.ReadAt(file, content, offset) == size ? content : null;
    }

    private static byte[]? Description(ReadOnlySpan<byte> note, string owner)
    {
        while (note.Length >= NoteHeader)
        {
            var nameSize = BinaryPrimitives.ReadUInt32LittleEndian(note);
            var descriptionSize = BinaryPrimitives.ReadUInt32LittleEndian(note[4..]);
            var descriptionStart = NoteHeader + Aligned(nameSize);
            if (descriptionStart + (long)descriptionSize > note.Length)
                return null;
            var name = note.Slice(NoteHeader, (int)nameSize).TrimEnd((byte)0);
            if (name.SequenceEqual(Encoding.ASCII.GetBytes(owner)))
                return note.Slice((int)descriptionStart, (int)descriptionSize).ToArray();
            note = note[(int)Math.Min(note.Length, descriptionStart + Aligned(descriptionSize))..];
        }

        return null;
    }

    private static long Aligned(uint size) => (size + 3L) & ~3L;
}
