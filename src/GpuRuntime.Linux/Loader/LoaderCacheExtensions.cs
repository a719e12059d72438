using System.Buffers.Binary;
using System.Collections.Immutable;

namespace GpuRuntime.Linux.Loader;

/// <summary>The extension block of the loader cache: names of glibc-hwcaps subdirectories (sysdeps/generic/dl-cache.h, cache_extension).</summary>
internal static class LoaderCacheExtensions
{
    public const uint Magic = 0xeaa42174;
    public const uint HardwareNamesTag = 1;
    private const uint MostSections = 64;
    private const uint MostNames = 1024;

    /// <param name="file">The whole file: the block's offsets count from its beginning.</param>
    /// <param name="table">The newer table, from which texts count; the file itself unless the older table is in front.</param>
    /// <returns>The names, nothing when there is no extension, or <see langword="null"/> when it is broken.</returns>
    public static ImmutableArray<byte[]>? ReadHardwareNames(ReadOnlySpan<byte> file, ReadOnlySpan<byte> table)
    {
        var start = BinaryPrimitives.ReadUInt32LittleEndian(table[32..]);
        if (start == 0)
            return ImmutableArray<byte[]>.Empty;
        if (start + 8L > file.Length || BinaryPrimitives.ReadUInt32LittleEndian(file[(int)start..]) != Magic)
            return null;
        var sections = BinaryPrimitives.ReadUInt32LittleEndian(file[((int)start + 4)..]);
        if (sections > MostSections || start + 8L + (sections * 16L) > file.Length)
            return null;
        for (var i = 0; i < sections; i++)
        {
            var section = file[((int)start + 8 + (i * 16))..];
            if (BinaryPrimitives.ReadUInt32LittleEndian(section) == HardwareNamesTag)
                return Names(file, table, BinaryPrimitives.ReadUInt32LittleEndian(section[8..]), BinaryPrimitives.ReadUInt32LittleEndian(section[12..]) / 4);
        }

        return ImmutableArray<byte[]>.Empty;
    }

    private static ImmutableArray<byte[]>? Names(ReadOnlySpan<byte> file, ReadOnlySpan<byte> table, uint offset, uint count)
    {
        if (count > MostNames || offset + (count * 4L) > file.Length)
            return null;
        var names = ImmutableArray.CreateBuilder<byte[]>((int)count);
        for (var i = 0; i < count; i++)
        {
            if (LoaderCacheFile.Text(table, BinaryPrimitives.ReadUInt32LittleEndian(file[((int)offset + (i * 4))..])) is not { } name)
                return null;
            names.Add(name);
        }

        return names.MoveToImmutable();
    }
}
