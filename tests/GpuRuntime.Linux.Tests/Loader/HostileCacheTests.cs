using System.Buffers.Binary;
using System.Diagnostics;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Linux.Loader;

namespace GpuRuntime.Linux.Tests.Loader;

/// <summary>A small cache of an image's that would cost a create gigabytes and minutes: many lines that share few long texts.</summary>
public sealed class HostileCacheTests
{
    private static readonly LoaderCacheEntry[] Ours = [new("libcuda.so.1", "/usr/gpu/libcuda.so.1", LibraryArchitecture.X64)];

    [TestCase(200_000, 4000)]
    [TestCase(65_000, 4000)]
    [TestCase(65_000, 200)]
    [TestCase(65_000, 30)]
    [TestCase(1000, 2000)]
    public void It_is_merged_or_refused_in_time_and_in_little_memory(int lines, int length)
    {
        var file = Cache(lines, length);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();

        var cache = LoaderCacheFile.Parse(file) ?? LoaderCacheFile.Empty;
        var written = LoaderCacheWriter.Write(cache.With(Ours));

        using (Assert.EnterMultipleScope())
        {
            // What looks at each line for each other one takes minutes; a machine that has more to do takes some seconds.
            Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromMinutes(1)));
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - allocated, Is.LessThan(128L << 20), "the shim's heap ends at 256 MiB");
            Assert.That(LoaderCacheFile.Parse(written)!.Described(), Does.Contain(Ours[0]));
        }
    }

    private static byte[] Cache(int lines, int length)
    {
        const int header = 48, line = 24, x64 = 0x0303;
        var texts = header + (lines * line);
        var file = new byte[texts + length + 1];
        "glibc-ld.so.cache1.1"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(20), lines);
        file[28] = 2;
        file.AsSpan(texts, length).Fill((byte)'a');
        for (var index = 0; index < lines; index++)
        {
            var entry = file.AsSpan(header + (index * line));
            BinaryPrimitives.WriteInt32LittleEndian(entry, x64);
            BinaryPrimitives.WriteInt32LittleEndian(entry[4..], texts);
            BinaryPrimitives.WriteInt32LittleEndian(entry[8..], texts);
        }

        return file;
    }
}
