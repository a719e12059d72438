using GpuRuntime.Linux.Allocations;

namespace GpuRuntime.Linux.Tests.Allocations;

/// <summary>File names of entries: readable, safe, and different for different containers.</summary>
public sealed class AllocationOwnerTests : LedgerFixture
{
    private static readonly string[] Ids =
    [
        "one", "One", "a.b", "a-b_c+d", ".", "..", ".hidden", "-rf", "*", "a b", "a\nb", "\u001b[2J", "ä", "日本", "😀", "%2f", "a:b", "x.json", "holders", ".lock", ".new-1",
        new('a', 300), new string('a', 300) + "b", new('é', 300), "con.0123456789abcdef.json",
    ];

    [Test]
    public void An_id_of_whatever_characters_has_an_entry_that_reads_back_and_goes([ValueSource(nameof(Ids))] string id)
    {
        Reserve(id, "device=0,mode=exclusive", Gone);
        var files = Directory.GetFiles(Entries, "*.json").Select(Path.GetFileName).ToArray();

        Assert.That(Ledger.Read().Select(entry => entry.Container), Is.EqualTo((string[])[id]));
        Assert.That(files, Has.Length.EqualTo(1));
        Assert.That(files[0], Does.Match(@"^[A-Za-z0-9_+-][A-Za-z0-9._+-]*\.[0-9a-f]{16}\.json$").And.Length.LessThanOrEqualTo(255));
        Assert.That(Ledger.Sweep(), Is.Empty, "a state of that name is looked for and not found");
        Assert.That(Directory.GetFiles(Entries, "*.json"), Is.Empty);
        AssertNothingHeld();
    }

    [Test]
    public void Different_ids_have_different_files_even_where_the_readable_part_is_the_same() =>
        Assert.That(Ids.Select(id => Owner(id).FileName), Is.Unique);

    [Test]
    public void An_id_begins_its_file_name() => Assert.That(Owner("my-job.1").FileName, Does.StartWith("my-job.1."));

    [TestCase("/run/x", "/run/x/")]
    [TestCase("/run/x", "/run/./x")]
    [TestCase("/run/x", "/run/y/../x")]
    public void The_same_root_in_other_words_is_the_same_owner(string one, string other) =>
        Assert.That(AllocationOwner.OfRuntime("c", one, "runc"), Is.EqualTo(AllocationOwner.OfRuntime("c", other, "runc")));

    [TestCase(null, "/usr/sbin/runc", "/run/runc/c")]
    [TestCase("", "crun", "/run/crun/c")]
    [TestCase("/", "runc", "/c")]
    public void Without_a_root_it_is_the_runtimes_usual_one(string? root, string runtime, string state) =>
        Assert.That(AllocationOwner.OfRuntime("c", root, runtime).RuntimeState, Is.EqualTo(state));

    [Test]
    public void The_key_is_FNV_1a_of_scope_NUL_and_id()
    {
        // By another implementation: Python's, of b"/run/runc\0abc".
        Assert.That(AllocationOwner.OfRuntime("abc", "/run/runc", "runc").Key, Is.EqualTo(FnvOf("/run/runc\0abc")));
    }

    private static string FnvOf(string text) => Command.Run("python3", "-c", """
        import sys
        hash = 14695981039346656037
        for value in sys.argv[1].replace('|', '\0').encode():
            hash = (hash ^ value) * 1099511628211 % (1 << 64)
        print(f'{hash:016x}', end='')
        """, text.Replace('\0', '|'));

    [Test]
    public void A_hooks_owner_is_told_by_its_bundle()
    {
        var owner = AllocationOwner.OfHook("c", "/run/b/");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(owner, Is.EqualTo(AllocationOwner.OfHook("c", "/run/b")));
            Assert.That(owner, Is.Not.EqualTo(AllocationOwner.OfHook("c", "/run/other")));
            Assert.That(owner.RuntimeState, Is.Null);
        }
    }

    [TestCase("0123456789abcdef.s.0", false, 0L)]
    [TestCase("0123456789abcdef.x.40000000", true, 1L << 30)]
    [TestCase("0123456789abcdef.s.7fffffffffffffff", false, long.MaxValue)]
    public void A_holders_name_reads_back(string name, bool exclusive, long limit)
    {
        var holder = HolderName.Parse(name)!;

        Assert.That((holder.Key, holder.IsExclusive, holder.LimitBytes, holder.ToString()), Is.EqualTo(("0123456789abcdef", exclusive, limit, name)));
    }

    [TestCase("")]
    [TestCase("0123456789abcdef")]
    [TestCase("0123456789abcdef.s.")]
    [TestCase("0123456789abcdef.y.0")]
    [TestCase("0123456789abcdef-s-0")]
    [TestCase("0123456789abcdef.s.-1")]
    [TestCase("0123456789abcdef.s. 1")]
    [TestCase("0123456789abcdef.s.ffffffffffffffff")]
    [TestCase("0123456789abcdef.s.10000000000000000")]
    [TestCase("0123456789abcde.s.0")]
    public void What_is_no_holders_name_is_none(string name) => Assert.That(HolderName.Parse(name), Is.Null);
}
