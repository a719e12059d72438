using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Linux.Loader;

/// <summary>
/// glibc's <c>/etc/ld.so.cache</c> in its format <c>glibc-ld.so.cache1.1</c> (glibc: elf/dl-cache.h, sysdeps/generic/dl-cache.h), with or
/// without the older table in front. The file may be hostile: every count and offset is checked.
/// </summary>
public sealed class LoaderCacheFile
{
    internal const int HeaderSize = 48;
    internal const int EntrySize = 24;
    private const int OldEntrySize = 12;
    private const int MostEntries = 1 << 16;
    private const int LongestText = 4096;

    // Ten times what a full desktop has. Many lines that share few long texts would cost minutes and gigabytes.
    private const int MostText = 4 << 20;

    private LoaderCacheFile(ImmutableArray<LoaderCacheRecord> records, ImmutableArray<byte[]> hardwareNames)
    {
        Records = records;
        HardwareNames = hardwareNames;
    }

    public static LoaderCacheFile Empty { get; } = new([], []);

    internal static ReadOnlySpan<byte> Magic => "glibc-ld.so.cache1.1"u8;

    internal static ReadOnlySpan<byte> OldMagic => "ld.so-1.7.0\0"u8;

    /// <summary>The lines, in the file's order.</summary>
    public ImmutableArray<LoaderCacheRecord> Records { get; }

    /// <summary>Names of glibc-hwcaps subdirectories that records refer to by number.</summary>
    public ImmutableArray<byte[]> HardwareNames { get; }

    /// <param name="beginnings">Keep only libraries whose name begins with one of these; <see langword="null"/> = all.</param>
    /// <returns><see langword="null"/> when it is not a cache in a format that is known.</returns>
    public static LoaderCacheFile? Parse(ReadOnlySpan<byte> file, List<byte[]>? beginnings = null)
    {
        var whole = file;
        if (file.StartsWith(OldMagic))
        {
            if (file.Length < 16)
                return null;
            var old = BinaryPrimitives.ReadUInt32LittleEndian(file[12..]);
            // The newer table begins behind the old one, aligned to eight bytes.
            var end = (16L + ((long)old * OldEntrySize) + 7) & ~7L;
            if (old > MostEntries || end > file.Length)
                return null;
            file = file[(int)end..];
        }

        if (file.Length < HeaderSize || !file.StartsWith(Magic))
            return null;
        var count = BinaryPrimitives.ReadUInt32LittleEndian(file[20..]);
        const int littleEndianOrUnset = 2;
        if (count > MostEntries || HeaderSize + ((long)count * EntrySize) > file.Length || (file[28] & 3) is not (0 or littleEndianOrUnset))
            return null;

        var records = ImmutableArray.CreateBuilder<LoaderCacheRecord>(beginnings is null ? (int)count : 0);
        var textLength = 0L;
        for (var i = 0; i < count; i++)
        {
            var entry = file[(HeaderSize + (i * EntrySize))..];
            if (beginnings is not null && !BeginsWithAny(file, BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]), beginnings))
                continue;
            if (Text(file, BinaryPrimitives.ReadUInt32LittleEndian(entry[4..])) is not { } key || Text(file, BinaryPrimitives.ReadUInt32LittleEndian(entry[8..])) is not { } value)
                return null;
            textLength += key.Length + value.Length;
            if (textLength > MostText)
                return null;
            records.Add(new LoaderCacheRecord(
                BinaryPrimitives.ReadInt32LittleEndian(entry), key, value, BinaryPrimitives.ReadUInt32LittleEndian(entry[12..]), BinaryPrimitives.ReadUInt64LittleEndian(entry[16..])));
        }

        return LoaderCacheExtensions.ReadHardwareNames(whole, file) is { } names ? new LoaderCacheFile(records.ToImmutable(), names) : null;
    }

    /// <summary>The cache with further libraries, each in front of others of the same name; those that are there already are not doubled.</summary>
    public LoaderCacheFile With(IEnumerable<LoaderCacheEntry> libraries)
    {
        var added = libraries.Select(LoaderCacheRecord.Of).Distinct().ToList();
        var doubled = added.ToHashSet();
        var kept = Records.Where(record => !doubled.Contains(record));
        // A stable sort keeps ours in front of theirs, and theirs in the order that ldconfig gave them.
        return new LoaderCacheFile([.. added.Concat(kept).OrderByDescending(record => record.Name, LoaderCacheOrder.Instance)], HardwareNames);
    }

    /// <summary>The cache with further libraries, each behind others of the same name.</summary>
    public LoaderCacheFile WithBehind(IEnumerable<LoaderCacheEntry> libraries) =>
        new([.. Records.Concat(libraries.Select(LoaderCacheRecord.Of)).OrderByDescending(record => record.Name, LoaderCacheOrder.Instance)], HardwareNames);

    /// <summary>The cache without the libraries of a directory.</summary>
    public LoaderCacheFile Without(string directory)
    {
        var prefix = Encoding.UTF8.GetBytes($"{directory}/");
        return new LoaderCacheFile([.. Records.Where(record => !record.Path.AsSpan().StartsWith(prefix))], HardwareNames);
    }

    /// <summary>The lines as names, for finding things.</summary>
    public ImmutableArray<LoaderCacheEntry> Described() =>
        [.. Records.Select(record => new LoaderCacheEntry(Encoding.UTF8.GetString(record.Name), Encoding.UTF8.GetString(record.Path), record.Architecture))];

    /// <summary>The names of libraries that every processor can use: a variant for some says nothing of the others.</summary>
    public HashSet<(string Name, LibraryArchitecture Architecture)> PlainNames() =>
        [.. Records.Where(record => record.Hardware == 0).Select(record => (Encoding.UTF8.GetString(record.Name), record.Architecture))];

    private static bool BeginsWithAny(ReadOnlySpan<byte> file, uint offset, List<byte[]> beginnings)
    {
        if (offset >= file.Length)
            return false;
        foreach (var beginning in beginnings)
        {
            if (file[(int)offset..].StartsWith(beginning))
                return true;
        }

        return false;
    }

    internal static byte[]? Text(ReadOnlySpan<byte> file, uint offset)
    {
        if (offset >= file.Length)
            return null;
        var text = file[(int)offset..];
        var end = text[..Math.Min(text.Length, LongestText)].IndexOf((byte)0);
        return end < 0 ? null : text[..end].ToArray();
    }
}
