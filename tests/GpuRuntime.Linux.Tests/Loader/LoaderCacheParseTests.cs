using System.Text;
using GpuRuntime.Linux.Loader;

namespace GpuRuntime.Linux.Tests.Loader;

public sealed class LoaderCacheParseTests : CacheTreeFixture
{
    [Test]
    public void The_machines_own_cache_has_the_lines_that_ldconfig_prints()
    {
        const string own = "/etc/ld.so.cache";
        if (!File.Exists(own))
            Assert.Ignore("this machine has no /etc/ld.so.cache");

        Assert.That(CacheText.ByUs(CacheText.Parse(own)), Is.EqualTo(CacheText.ByLdconfig(own)));
    }

    [Test]
    public void A_cache_with_hardware_variants_has_the_lines_that_ldconfig_prints()
    {
        var lines = CacheText.ByUs(CacheText.Parse(Tree.New));

        Assert.That(lines, Is.EqualTo(CacheText.ByLdconfig(Tree.New)));
        Assert.That(lines, Has.Some.Contains("hwcap: \"x86-64-v3\""));
        Assert.That(lines, Has.Length.EqualTo(CacheTree.Names.Length + 3));
    }

    [Test]
    public void The_older_table_in_front_changes_nothing() =>
        Assert.That(CacheText.ByUs(CacheText.Parse(Tree.Compatible)), Is.EqualTo(CacheText.ByUs(CacheText.Parse(Tree.New))));

    [Test]
    public void The_compatibleWritten_does_begin_with_the_older_table() =>
        Assert.That(File.ReadAllBytes(Tree.Compatible).AsSpan(0, 11).ToArray(), Is.EqualTo("ld.so-1.7.0"u8.ToArray()));

    [Test]
    public void Only_names_with_a_wanted_beginning_are_kept()
    {
        var cache = LoaderCacheFile.Parse(File.ReadAllBytes(Tree.New), [Encoding.UTF8.GetBytes("libzeta"), Encoding.UTF8.GetBytes("libAl")]);

        Assert.That(cache!.Described().Select(entry => entry.Name), Is.EquivalentTo(["libzeta.so.4294967297", "libAlpha.so.1"]));
    }

    [Test]
    public void The_older_table_alone_is_a_format_that_is_not_known() =>
        Assert.That(LoaderCacheFile.Parse([.. "ld.so-1.7.0\0"u8, 0, 0, 0, 0]), Is.Null);

    [TestCase("")]
    [TestCase("\u007fELF")]
    [TestCase("glibc-ld.so.cache1.1")]
    [TestCase("ld.so-1.7.0\0")]
    public void What_is_no_cache_is_null(string text) => Assert.That(LoaderCacheFile.Parse(Encoding.UTF8.GetBytes(text)), Is.Null);
}
