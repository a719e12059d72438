using GpuRuntime.Core.Inventory;
using GpuRuntime.Linux.Loader;

namespace GpuRuntime.Linux.Tests.Loader;

public sealed class LoaderCacheWriteTests : CacheTreeFixture
{
    private static readonly LoaderCacheEntry[] Ours =
    [
        new("libcuda.so.1", "/usr/gpu/lib/libcuda.so.1", LibraryArchitecture.X64),
        new("libcuda.so", "/usr/gpu/lib/libcuda.so", LibraryArchitecture.X64),
        new("libalpha.so.1", "/usr/gpu/lib/libalpha.so.1", LibraryArchitecture.X64),
        new("libcuda.so.1", "/usr/gpu/lib32/libcuda.so.1", LibraryArchitecture.X86),
    ];

    private string Written => Temporary.Combine("cache");

    [Test]
    public void Ldconfig_reads_ours_and_every_line_that_was_there()
    {
        var before = CacheText.ByLdconfig(Tree.New);
        File.WriteAllBytes(Written, LoaderCacheWriter.Write(CacheText.Parse(Tree.New).With(Ours)));
        var after = CacheText.ByLdconfig(Written);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(after.Except(before), Is.EquivalentTo([
                "\tlibcuda.so.1 (libc6,x86-64) => /usr/gpu/lib/libcuda.so.1", "\tlibcuda.so (libc6,x86-64) => /usr/gpu/lib/libcuda.so",
                "\tlibalpha.so.1 (libc6,x86-64) => /usr/gpu/lib/libalpha.so.1", "\tlibcuda.so.1 (libc6) => /usr/gpu/lib32/libcuda.so.1",
            ]));
            Assert.That(after.Where(before.Contains), Is.EqualTo(before), "the others, in their order");
            Assert.That(CacheText.CountByLdconfig(Written), Is.EqualTo(before.Length + Ours.Length));
        }
    }

    [Test]
    public void Ours_is_the_first_of_a_name_that_others_have_too()
    {
        File.WriteAllBytes(Written, LoaderCacheWriter.Write(CacheText.Parse(Tree.New).With(Ours)));

        var paths = CacheText.ByLdconfig(Written).Where(line => line.StartsWith("\tlibalpha.so.1 ", StringComparison.Ordinal)).ToArray();
        Assert.That(paths, Has.Length.EqualTo(5));
        Assert.That(paths[0], Does.EndWith("=> /usr/gpu/lib/libalpha.so.1"));
        Assert.That(paths, Has.One.Contains("\"x86-64-v2\"").And.One.Contains("\"x86-64-v3\""));
    }

    [Test]
    public void Adding_them_again_gives_the_same_bytes()
    {
        var once = LoaderCacheWriter.Write(CacheText.Parse(Tree.New).With(Ours));
        var twice = LoaderCacheWriter.Write(LoaderCacheFile.Parse(once)!.With(Ours));

        Assert.That(twice, Is.EqualTo(once));
    }

    [Test]
    public void Taking_their_directories_away_gives_what_was_there()
    {
        var original = CacheText.Parse(Tree.New);
        var without = original.With(Ours).Without("/usr/gpu/lib").Without("/usr/gpu/lib32");

        Assert.That(without.Records, Is.EqualTo(original.Records));
    }

    [Test]
    public void A_directory_whose_name_only_begins_alike_stays() =>
        Assert.That(LoaderCacheFile.Empty.With(Ours).Without("/usr/gpu/lib").Described().Select(entry => entry.Path), Is.EqualTo(["/usr/gpu/lib32/libcuda.so.1"]));

    [Test]
    public void A_cache_of_ours_alone_is_read_by_ldconfig()
    {
        File.WriteAllBytes(Written, LoaderCacheWriter.Write(LoaderCacheFile.Empty.With(Ours)));

        Assert.That(CacheText.CountByLdconfig(Written), Is.EqualTo(Ours.Length));
        Assert.That(CacheText.ByLdconfig(Written), Is.EqualTo(CacheText.ByUs(CacheText.Parse(Written))));
    }

    [Test]
    public void An_empty_cache_is_read_by_ldconfig()
    {
        File.WriteAllBytes(Written, LoaderCacheWriter.Write(LoaderCacheFile.Empty));

        Assert.That(CacheText.CountByLdconfig(Written), Is.Zero);
    }

    [Test]
    public void The_machines_own_cache_written_again_prints_as_before()
    {
        const string own = "/etc/ld.so.cache";
        if (!File.Exists(own))
            Assert.Ignore("this machine has no /etc/ld.so.cache");
        File.WriteAllBytes(Written, LoaderCacheWriter.Write(CacheText.Parse(own)));

        Assert.That(CacheText.ByLdconfig(Written), Is.EqualTo(CacheText.ByLdconfig(own)));
    }

    [Test]
    public void A_library_named_twice_is_in_once() =>
        Assert.That(LoaderCacheFile.Empty.With([.. Ours, .. Ours]).Records, Has.Length.EqualTo(Ours.Length));
}
