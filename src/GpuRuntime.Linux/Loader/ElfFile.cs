using System.Collections.Immutable;
using System.Text;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Loader;

/// <summary>
/// Reads what the dynamic loader reads of an ELF file (System V ABI; man 5 elf). Little-endian, 32 and 64 bit. The file may be hostile:
/// every offset is checked, nothing is believed beyond fixed bounds, and what does not fit is no shared object.
/// </summary>
public static class ElfFile
{
    private const int SmallestHeader = 52;
    private const int MostHeaders = 128;
    private const int MostDynamic = 4096;
    private const int LargestStrings = 4 << 20;
    private const int LongestName = 4096;

    private const uint Load = 1;
    private const uint Dynamic = 2;
    private const long Needed = 1;
    private const long StringTable = 5;
    private const long StringSize = 10;
    private const long Soname = 14;

    /// <returns><see langword="null"/> when it is not a shared object that can be read.</returns>
    internal static SharedObject? ReadSharedObject(FileDescriptor file)
    {
        // Program headers mostly follow the file header: one read for both.
        Span<byte> beginning = stackalloc byte[1024];
        beginning.Clear();
        var length = Libc.ReadAt(file, beginning, 0);
        if (length < SmallestHeader || ElfLayout.Of(beginning) is not { } layout || layout.HeaderCount is 0 or > MostHeaders)
            return null;
        var size = layout.HeaderCount * layout.HeaderSize;
        scoped ReadOnlySpan<byte> headers;
        if (layout.HeaderOffset <= length - size)
        {
            headers = beginning.Slice((int)layout.HeaderOffset, size);
        }
        else
        {
            var separate = new byte[size];
            if (Libc.ReadAt(file, separate, layout.HeaderOffset) < size)
                return null;
            headers = separate;
        }

        var segments = new List<ElfSegment>(layout.HeaderCount);
        for (var index = 0; index < layout.HeaderCount; index++)
            segments.Add(layout.Segment(headers[(index * layout.HeaderSize)..]));
        if (segments.Find(segment => segment.Type == Dynamic) is not { } dynamic)
            return null;
        var dynamicSize = (int)Math.Clamp(dynamic.FileSize, 0, MostDynamic * layout.DynamicSize);
        var section = new byte[dynamicSize];
        if (dynamic.Offset < 0 || Libc.ReadAt(file, section, dynamic.Offset) < dynamicSize)
            return null;
        return Read(file, layout, section, segments);
    }

    private static SharedObject? Read(FileDescriptor file, ElfLayout layout, byte[] section, List<ElfSegment> segments)
    {
        long stringsAddress = -1, stringsSize = 0, soname = -1;
        var needed = new List<long>();
        for (var at = 0; at + layout.DynamicSize <= section.Length; at += layout.DynamicSize)
        {
            var (tag, value) = layout.DynamicEntry(section.AsSpan(at));
            if (tag == 0)
                break;
            switch (tag)
            {
                case Needed:
                    needed.Add(value);
                    break;
                case StringTable:
                    stringsAddress = value;
                    break;
                case StringSize:
                    stringsSize = value;
                    break;
                case Soname:
                    soname = value;
                    break;
            }
        }

        // Tables are named by address; the segment that is loaded there says where in the file they are.
        if (stringsSize is < 1 or > LargestStrings)
            return null;
        var segment = segments.Find(candidate => candidate.Type == Load && stringsAddress >= candidate.Address && stringsAddress - candidate.Address < candidate.FileSize);
        if (segment is null)
            return null;
        var start = segment.Offset + (stringsAddress - segment.Address);
        var names = ImmutableArray.CreateBuilder<string>(needed.Count);
        foreach (var offset in needed)
        {
            if (Name(file, start, stringsSize, offset) is { } name)
                names.Add(name);
        }

        return new SharedObject(layout.Architecture, soname < 0 ? null : Name(file, start, stringsSize, soname), names.ToImmutable());
    }

    private static string? Name(FileDescriptor file, long table, long size, long offset)
    {
        if (offset < 0 || offset >= size)
            return null;
        Span<byte> buffer = stackalloc byte[256];
        var most = (int)Math.Min(size - offset, LongestName);
        for (var read = 0; ;)
        {
            var wanted = Math.Min(buffer.Length, most);
            var got = Libc.ReadAt(file, buffer[..wanted], table + offset);
            var end = buffer[..got].IndexOf((byte)0);
            if (end >= 0)
                return Encoding.UTF8.GetString(buffer[..end]);
            if (got < wanted || wanted == most || read++ > 0)
                return null;
            buffer = new byte[most];
        }
    }
}
