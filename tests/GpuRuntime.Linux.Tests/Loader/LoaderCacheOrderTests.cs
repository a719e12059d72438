using System.Runtime.InteropServices;
using System.Text;
using GpuRuntime.Linux.Loader;

namespace GpuRuntime.Linux.Tests.Loader;

public sealed class LoaderCacheOrderTests : CacheTreeFixture
{
    [Test]
    public void Sorting_the_machines_own_cache_again_changes_nothing()
    {
        if (!File.Exists("/etc/ld.so.cache"))
            Assert.Ignore("this machine has no /etc/ld.so.cache");
        AssertSorted(CacheText.Parse("/etc/ld.so.cache"));
    }

    [Test]
    public void Sorting_names_that_are_hard_to_sort_again_changes_nothing() => AssertSorted(CacheText.Parse(Tree.New));

    [Test]
    public void Numbers_compare_as_numbers() => Assert.That(Compare("libx.so.10", "libx.so.9"), Is.Positive);

    [Test]
    public void A_digit_is_greater_than_any_other_character() => Assert.That(Compare("libx1", "libxz"), Is.Positive);

    [Test]
    public void A_name_is_less_than_the_same_name_with_more_behind_it() => Assert.That(Compare("libx.so", "libx.so.1"), Is.Negative);

    [Test]
    public void Bytes_above_127_compare_as_the_architectures_char()
    {
        var signed = RuntimeInformation.ProcessArchitecture == Architecture.X64;

        Assert.That(Compare("libé", "libz"), signed ? Is.Negative : Is.Positive);
        Assert.That(Compare("lib", "libé"), signed ? Is.Positive : Is.Negative);
    }

    [Test]
    public void It_is_an_order()
    {
        var random = new Random(20240601);
        const string letters = "ab.12909é-";
        var names = Enumerable.Range(0, 120)
            .Select(_ => Encoding.UTF8.GetBytes(new string([.. Enumerable.Range(0, random.Next(0, 7)).Select(_ => letters[random.Next(letters.Length)])])))
            .ToArray();

        foreach (var x in names)
        {
            foreach (var y in names)
            {
                Assert.That(Math.Sign(LoaderCacheOrder.Instance.Compare(x, y)), Is.EqualTo(-Math.Sign(LoaderCacheOrder.Instance.Compare(y, x))));
                foreach (var z in names.Where(z => LoaderCacheOrder.Instance.Compare(x, y) <= 0 && LoaderCacheOrder.Instance.Compare(y, z) <= 0).Take(10))
                    Assert.That(LoaderCacheOrder.Instance.Compare(x, z), Is.LessThanOrEqualTo(0));
            }
        }
    }

    private static int Compare(string x, string y) => LoaderCacheOrder.Instance.Compare(Encoding.UTF8.GetBytes(x), Encoding.UTF8.GetBytes(y));

    private static void AssertSorted(LoaderCacheFile cache)
    {
        var sorted = cache.Records.OrderByDescending(record => record.Name, LoaderCacheOrder.Instance);
        Assert.That(sorted, Is.EqualTo(cache.Records));
    }
}
