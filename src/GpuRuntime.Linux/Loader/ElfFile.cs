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
    private const int LargestStrings = 4 << 20;
    private const int LongestName = 4096;

    /// <returns><see langword="null"/> when it is not a shared object that can be read.</returns>
    internal static SharedObject? ReadSharedObject(FileDescriptor file) => ElfImage.Read(file) is { } image ? Read(file, image) : null;

    private static SharedObject? Read(FileDescriptor file, ElfImage image)
    {
        var soname = image.Entry(ElfImage.Soname);
        // Tables are named by address.
        if (image.Entry(ElfImage.StringSize) is not (>= 1 and <= LargestStrings and var stringsSize) || image.Entry(ElfImage.StringTable) is not { } strings || image.FileOffset(strings) is not { } start)
            return null;
        var names = ImmutableArray.CreateBuilder<string>();
        foreach (var offset in image.Entries(ElfImage.Needed))
        {
            if (Name(file, start, stringsSize, offset) is { } name)
                names.Add(name);
        }

        return new SharedObject(image.Layout.Architecture, soname is { } at ? Name(file, start, stringsSize, at) : null, names.ToImmutable());
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
