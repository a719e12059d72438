using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Linux.Loader;

namespace GpuRuntime.Fuzz.Tests.Properties;

/// <summary>Caches of whatever lines.</summary>
public sealed class LoaderCacheProperties
{
    private static readonly LoaderCacheEntry[] Ours = [new("libcuda.so.1", "/usr/gpu/libcuda.so.1", LibraryArchitecture.X64)];

    private static Gen<string> Text => Gen.Elements("lib", "a", "é", "z", ".so", ".", "1", "9", "10", "007", "99999999999", "-", "/", " ").ArrayOf().Select(string.Concat);

    private static Gen<LoaderCacheEntry> Line =>
        from name in Text
        from path in Text
        from architecture in Gen.Elements(LibraryArchitecture.X64, LibraryArchitecture.X86, LibraryArchitecture.Arm64, LibraryArchitecture.Arm)
        select new LoaderCacheEntry(name, path, architecture);

    private static Gen<LoaderCacheFile> Caches => Line.ListOf().Select(LoaderCacheFile.Empty.With);

    [Test]
    public void What_is_written_is_read_as_it_was() => ForAll(cache => IsSame(Read(cache), cache));

    [Test]
    public void Ours_are_in_front_of_others_of_their_name_and_no_line_is_lost() => ForAll(cache =>
    {
        var joined = Read(cache.With(Ours));
        var named = joined.Records.First(record => record.Name.AsSpan().SequenceEqual("libcuda.so.1"u8));
        return named == LoaderCacheRecord.Of(Ours[0]) && cache.Records.All(joined.Records.Contains);
    });

    [Test]
    public void Their_directory_taken_away_leaves_what_was_there() =>
        ForAll(cache => cache.Records.Any(record => record.Path.AsSpan().StartsWith("/usr/gpu/"u8)) || IsSame(Read(cache.With(Ours)).Without("/usr/gpu"), cache));

    private static LoaderCacheFile Read(LoaderCacheFile cache) => LoaderCacheFile.Parse(LoaderCacheWriter.Write(cache))!;

    private static bool IsSame(LoaderCacheFile one, LoaderCacheFile other) => one.Records.SequenceEqual(other.Records);

    private static void ForAll(Func<LoaderCacheFile, bool> holds) => Prop.ForAll(Caches.ToArbitrary(), holds).Check(Seed.Of(500));
}
