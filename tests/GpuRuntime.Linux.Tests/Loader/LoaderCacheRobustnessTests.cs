using System.Buffers.Binary;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Linux.Loader;

namespace GpuRuntime.Linux.Tests.Loader;

/// <summary>The cache of an image is hostile: whatever it holds, parsing says null or gives something that can be written.</summary>
public sealed class LoaderCacheRobustnessTests
{
    private static readonly LoaderCacheEntry[] Ours = [new("libcuda.so.1", "/usr/gpu/libcuda.so.1", LibraryArchitecture.X64)];

    private byte[][] _caches = [];

    [OneTimeSetUp]
    public void ReadCaches()
    {
        using var tree = CacheTree.Create();
        _caches = [File.ReadAllBytes(tree.New), File.ReadAllBytes(tree.Compatible)];
    }

    [Test]
    public void A_cache_cut_anywhere_is_no_failure([Values(0, 1)] int which)
    {
        for (var length = 0; length < _caches[which].Length; length++)
            Use(_caches[which][..length]);
    }

    [Test]
    public void A_cache_with_any_bit_flipped_is_no_failure([Values(0, 1)] int which)
    {
        for (var bit = 0; bit < _caches[which].Length * 8; bit++)
        {
            var mutated = _caches[which].ToArray();
            mutated[bit / 8] ^= (byte)(1 << (bit % 8));
            Use(mutated);
        }
    }

    [Test]
    public void A_cache_with_large_numbers_anywhere_is_no_failure([Values(0, 1)] int which, [Values(uint.MaxValue, 0x7fffffffu, 0x80000000u, 200_000u)] uint number)
    {
        for (var at = 0; at + 4 <= _caches[which].Length; at += 4)
        {
            var mutated = _caches[which].ToArray();
            BinaryPrimitives.WriteUInt32LittleEndian(mutated.AsSpan(at), number);
            Use(mutated);
        }
    }

    [Test]
    public void A_cache_of_another_byte_order_is_null()
    {
        const int bigEndian = 3;
        var mutated = _caches[0].ToArray();
        mutated[28] = bigEndian;

        Assert.That(LoaderCacheFile.Parse(mutated), Is.Null);
    }

    [Test]
    public void Bytes_by_chance_behind_the_magic_are_no_failure()
    {
        var random = new Random(7);
        for (var round = 0; round < 5000; round++)
        {
            var content = new byte[random.Next(20, 400)];
            random.NextBytes(content);
            "glibc-ld.so.cache1.1"u8.CopyTo(content);
            if (content.Length > 28)
            {
                content[21] = content[22] = content[23] = 0;
                content[28] = 2;
            }

            Use(content);
        }
    }

    private static void Use(byte[] content)
    {
        if (LoaderCacheFile.Parse(content) is not { } cache)
            return;
        var written = LoaderCacheFile.Parse(LoaderCacheWriter.Write(cache.With(Ours)));
        if (written is null || !written.Described().Contains(Ours[0]))
            Assert.Fail("what was parsed and written does not hold our library");
    }
}
