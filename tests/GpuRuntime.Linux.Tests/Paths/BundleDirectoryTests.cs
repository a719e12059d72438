using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Tests.Paths;

public sealed class BundleDirectoryTests : DirectoryFixture
{
    private const string Old = """{"ociVersion":"1.0.2"}""";
    private static readonly byte[] New = """{"ociVersion":"1.0.2","edited":true}"""u8.ToArray();

    private string Spec => Temporary.Combine("config.json");

    [Test]
    public void A_symbolic_link_is_refused_by_name()
    {
        Temporary.Write("real.json", Old);
        Temporary.Link("config.json", "real.json");

        Assert.That(Refused(ErrorCode.SpecUnreadable), Does.Contain($"{Spec} is a symbolic link"));
    }

    [Test]
    public void A_FIFO_is_refused_and_does_not_hang()
    {
        Temporary.Fifo("config.json");

        Assert.That(Refused(ErrorCode.SpecUnreadable), Does.Contain($"{Spec} is not a regular file"));
    }

    [Test]
    public void A_directory_is_refused()
    {
        Temporary.MakeDirectory("config.json");

        Assert.That(Refused(ErrorCode.SpecUnreadable), Does.Contain($"{Spec} is not a regular file"));
    }

    [Test]
    public void A_missing_file_is_refused_by_name() => Assert.That(Refused(ErrorCode.SpecUnreadable), Does.Contain(Spec).And.Contain("ENOENT"));

    [Test]
    public void A_file_of_200_MB_is_refused_without_reading_it()
    {
        Command.Run("truncate", "-s", "200M", Spec);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        using var bundle = BundleDirectory.Open(Temporary.Path);

        var refusal = Assert.Throws<GpuRuntimeException>(() => bundle.ReadSpec());
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - allocated, Is.LessThan(1 << 20));
        Assert.That(refusal!.Code, Is.EqualTo(ErrorCode.SpecTooLarge));
        Assert.That(refusal.Message, Does.Contain("16 MiB"));
    }

    [TestCase(0, ExpectedResult = true)]
    [TestCase(1, ExpectedResult = false)]
    public bool The_largest_file_that_is_read_has_16_MiB(int more)
    {
        Command.Run("truncate", "-s", $"{BundleDirectory.LargestSpec + more}", Spec);
        using var bundle = BundleDirectory.Open(Temporary.Path);
        try
        {
            return bundle.ReadSpec().Length == BundleDirectory.LargestSpec + more;
        }
        catch (GpuRuntimeException exception) when (exception.Code == ErrorCode.SpecTooLarge)
        {
            return false;
        }
    }

    [Test]
    public void A_bundle_that_is_missing_a_file_or_a_link_is_refused()
    {
        Temporary.Write("file", "");
        Temporary.Link("link", Temporary.MakeDirectory("real"));

        foreach (var name in new[] { "missing", "file", "link" })
            Assert.That(Refusal.Of(ErrorCode.BundleUnreadable, () => BundleDirectory.Open(Temporary.Combine(name))), Does.Contain(Temporary.Combine(name)));
    }

    [Test]
    public void What_is_prepared_and_not_committed_leaves_the_old_file_and_nothing_else()
    {
        Temporary.Write("config.json", Old);
        var before = FileListing();
        using (var bundle = BundleDirectory.Open(Temporary.Path))
        {
            bundle.ReadSpec();
            using var pending = bundle.Prepare(New);
            Assert.That(File.ReadAllText(Spec), Is.EqualTo(Old), "replaced too early");
        }

        Assert.That(FileListing(), Is.EqualTo(before));
        Assert.That(TreeListing.Names(Temporary.Path), Is.EqualTo(["config.json"]));
    }

    [TestCase("600", "0:0")]
    [TestCase("644", "0:0")]
    [TestCase("640", "1000:1001")]
    [TestCase("444", "0:1001")]
    public void A_commit_keeps_mode_and_owner(string mode, string owner)
    {
        Temporary.Write("config.json", Old);
        Command.Run("chown", owner, Spec);
        Command.Run("chmod", mode, Spec);
        Commit();

        Assert.That(File.ReadAllBytes(Spec), Is.EqualTo(New));
        Assert.That(Command.Status("%a %u:%g", Spec), Is.EqualTo($"{mode} {owner}"));
        Assert.That(TreeListing.Names(Temporary.Path), Is.EqualTo(["config.json"]));
    }

    [Test]
    public void Another_name_of_the_old_file_keeps_the_old_content()
    {
        Temporary.Write("config.json", Old);
        Command.Run("ln", Spec, Temporary.Combine("other-name"));
        Commit();

        Assert.That(File.ReadAllText(Temporary.Combine("other-name")), Is.EqualTo(Old));
    }

    [Test]
    public void A_bundle_swapped_after_it_was_opened_is_not_looked_at()
    {
        Temporary.Write("bundle/config.json", Old);
        Temporary.Write("other/config.json", "other");
        using var bundle = BundleDirectory.Open(Temporary.Combine("bundle"));
        Directory.Move(Temporary.Combine("bundle"), Temporary.Combine("moved"));
        Temporary.Link("bundle", "other");

        Assert.That(bundle.ReadSpec(), Is.EqualTo(System.Text.Encoding.UTF8.GetBytes(Old)));
        using (var pending = bundle.Prepare(New))
            pending.Commit();
        Assert.That(File.ReadAllBytes(Temporary.Combine("moved/config.json")), Is.EqualTo(New));
        Assert.That(File.ReadAllText(Temporary.Combine("other/config.json")), Is.EqualTo("other"));
    }

    [Test]
    public void A_bundle_that_is_gone_cannot_be_written()
    {
        Temporary.Write("bundle/config.json", Old);
        using var bundle = BundleDirectory.Open(Temporary.Combine("bundle"));
        bundle.ReadSpec();
        Directory.Delete(Temporary.Combine("bundle"), recursive: true);

        Refusal.Of(ErrorCode.SpecUnwritable, () => bundle.Prepare(New));
    }

    [Test]
    public void A_commit_that_fails_leaves_no_temporary_file()
    {
        Temporary.Write("config.json", Old);
        using var bundle = BundleDirectory.Open(Temporary.Path);
        bundle.ReadSpec();
        using (var pending = bundle.Prepare(New))
        {
            File.Delete(Spec);
            Temporary.MakeDirectory("config.json/in-the-way");
            Refusal.Of(ErrorCode.SpecUnwritable, pending.Commit);
        }

        Assert.That(TreeListing.Names(Temporary.Path), Is.EquivalentTo(["config.json", "config.json/in-the-way"]));
    }

    private void Commit()
    {
        using var bundle = BundleDirectory.Open(Temporary.Path);
        bundle.ReadSpec();
        using var pending = bundle.Prepare(New);
        pending.Commit();
    }

    private string FileListing() => Command.Status("%i %a %u:%g %s %y", Spec);

    private string Refused(ErrorCode code)
    {
        using var bundle = BundleDirectory.Open(Temporary.Path);
        return Refusal.Of(code, () => bundle.ReadSpec());
    }
}
