using GpuRuntime.Core.Inventory;
using GpuRuntime.Linux.Loader;

namespace GpuRuntime.Linux.Tests.Loader;

/// <summary>Entries that stand behind others of their name, and the names that a cache has for every processor.</summary>
public sealed class LoaderCacheFallbackTests : CacheTreeFixture
{
    private static readonly LoaderCacheEntry[] Behind =
    [
        new("libalpha.so.1", "/usr/lib/gpu-runtime/fallback/libalpha.so.1", LibraryArchitecture.X64),
        new("libnew.so.1", "/usr/lib/gpu-runtime/fallback/libnew.so.1", LibraryArchitecture.X64),
    ];

    [Test]
    public void Ldconfig_reads_them_behind_all_of_the_same_name()
    {
        var before = CacheText.ByLdconfig(Tree.New);
        var file = Temporary.Combine("cache");
        File.WriteAllBytes(file, LoaderCacheWriter.Write(CacheText.Parse(Tree.New).WithBehind(Behind)));
        var after = CacheText.ByLdconfig(file);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(after.Where(before.Contains), Is.EqualTo(before));
            Assert.That(after.Last(line => line.StartsWith("\tlibalpha.so.1 ", StringComparison.Ordinal)), Does.EndWith("=> /usr/lib/gpu-runtime/fallback/libalpha.so.1"));
            Assert.That(after, Has.One.StartsWith("\tlibnew.so.1 "));
            Assert.That(after, Has.Length.EqualTo(before.Length + Behind.Length));
        }
    }

    [Test]
    public void Taken_away_they_leave_what_was_there() =>
        Assert.That(CacheText.Parse(Tree.New).WithBehind(Behind).Without("/usr/lib/gpu-runtime/fallback").Records, Is.EqualTo(CacheText.Parse(Tree.New).Records));

    [Test]
    public void A_variant_for_some_processors_alone_is_no_plain_name()
    {
        Library.Build(Temporary.Combine("opt/glibc-hwcaps/x86-64-v3/libvariant.so.1"), "libvariant.so.1");
        Library.Build(Temporary.Combine("opt/libplain.so.1"), "libplain.so.1");
        Temporary.Write("etc/ld.so.conf", "/opt\n");
        Command.Run("ldconfig", "-r", Temporary.Path);
        var cache = CacheText.Parse(Temporary.Combine("etc/ld.so.cache"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(cache.Described().Select(entry => entry.Name), Is.EquivalentTo((string[])["libvariant.so.1", "libplain.so.1"]));
            Assert.That(cache.PlainNames(), Is.EqualTo(((string, LibraryArchitecture)[])[("libplain.so.1", LibraryArchitecture.X64)]));
        }
    }
}
