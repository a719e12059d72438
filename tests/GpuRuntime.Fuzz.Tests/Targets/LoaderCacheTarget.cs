using GpuRuntime.Core.Inventory;
using GpuRuntime.Fuzz.Tests.Contract;
using GpuRuntime.Linux.Loader;

namespace GpuRuntime.Fuzz.Tests.Targets;

/// <summary>An image's ld.so.cache: read, joined with libraries of ours, written, and read again.</summary>
internal static class LoaderCacheTarget
{
    private static readonly LoaderCacheEntry[] Ours =
        [new("libcuda.so.1", "/usr/gpu/libcuda.so.1", LibraryArchitecture.X64), new("libnvidia-ml.so.1", "/usr/gpu/libnvidia-ml.so.1", LibraryArchitecture.X64)];

    public static void Run(ReadOnlySpan<byte> input)
    {
        _ = LoaderCacheFile.Parse(input, ["libcuda"u8.ToArray(), "libGL"u8.ToArray()]);
        if (LoaderCacheFile.Parse(input) is not { } cache)
            return;
        _ = cache.PlainNames();
        Check(cache, cache.With(Ours));
        Check(cache, cache.WithBehind(Ours));
    }

    private static void Check(LoaderCacheFile before, LoaderCacheFile joined)
    {
        var read = LoaderCacheFile.Parse(LoaderCacheWriter.Write(joined));
        Broken.Unless(read is not null, "what is written can be read");
        Broken.Unless(read.Records.SequenceEqual(joined.Records), "it is read as it was written");
        Broken.Unless(read.HardwareNames.Length == before.HardwareNames.Length && read.HardwareNames.Zip(before.HardwareNames).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second)), "names of hardware survive");
        Broken.Unless(Ours.All(read.Described().Contains), "our libraries are in it");
        Broken.Unless(before.Records.All(joined.Records.Contains), "the image's own are in it still");
        Broken.Unless(LoaderCacheWriter.Write(joined.With(Ours)).AsSpan().SequenceEqual(LoaderCacheWriter.Write(joined.With(Ours).With(Ours))), "adding them again changes nothing");
    }
}
