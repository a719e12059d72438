using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Tests.Paths;

public sealed class StateDirectoryTests : DirectoryFixture
{
    private static readonly ContainerSymlink[] Links = [new("card0", "../card1"), new("renderD128", "../renderD129")];

    private string Place => Temporary.Combine("run/gpu-runtime");

    [Test]
    public void It_is_made_for_its_owner_alone_and_its_files_are_readable_by_all()
    {
        var file = new StateDirectory(Place).File("content\n");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Command.Status("%a", Place), Is.EqualTo("700"));
            Assert.That(Command.Status("%a", Temporary.Combine("run")), Is.EqualTo("755"));
            Assert.That(Command.Status("%a %F", file), Is.EqualTo("444 regular file"));
            Assert.That(File.ReadAllText(file), Is.EqualTo("content\n"));
        }
    }

    [Test]
    public void What_is_kept_is_its_owners_alone_and_read_back_as_a_part_of_the_host()
    {
        var state = new StateDirectory(Place);
        state.Keep("nvidia-gpus", "old\n");
        state.Keep("nvidia-gpus", "new\n");
        using var host = new LinuxHostRoot(RuntimeConfiguration.Default with { StateDirectory = Place });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Command.Status("%a", Path.Combine(Place, "nvidia-gpus")), Is.EqualTo("600"));
            Assert.That(host.ReadText(HostTree.State, "nvidia-gpus"), Is.EqualTo("new"));
        }
    }

    [TestCase(UnixFileMode.GroupWrite)]
    [TestCase(UnixFileMode.OtherWrite)]
    public void What_others_could_have_written_is_not_read(UnixFileMode mode)
    {
        new StateDirectory(Place).Keep("nvidia-gpus", "text\n");
        File.SetUnixFileMode(Place, File.GetUnixFileMode(Place) | mode);
        using var host = new LinuxHostRoot(RuntimeConfiguration.Default with { StateDirectory = Place });

        Assert.That(host.ReadText(HostTree.State, "nvidia-gpus"), Is.Null);
    }

    [Test]
    public void The_same_content_is_the_same_file()
    {
        var first = new StateDirectory(Place).File("content");
        var before = TreeListing.Of(Place);
        var second = new StateDirectory($"{Place}/").File("content");

        Assert.That(second, Is.EqualTo(first));
        Assert.That(TreeListing.Of(Place), Is.EqualTo(before));
        Assert.That(new StateDirectory(Place).File("other"), Is.Not.EqualTo(first));
    }

    [Test]
    public void Links_are_in_a_directory_of_their_own_whatever_their_order()
    {
        var directory = new StateDirectory(Place).Links(Links);
        var again = new StateDirectory(Place).Links([.. Links.Reverse()]);
        var others = new StateDirectory(Place).Links([Links[0]]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(again, Is.EqualTo(directory));
            Assert.That(others, Is.Not.EqualTo(directory));
            Assert.That(TreeListing.Names(directory), Is.EquivalentTo(["card0", "renderD128"]));
            Assert.That(new FileInfo(Path.Combine(directory, "card0")).LinkTarget, Is.EqualTo("../card1"));
        }
    }

    [TestCase("0:0", "777")]
    [TestCase("0:0", "770")]
    [TestCase("0:0", "702")]
    [TestCase("1000:1000", "700")]
    public void A_directory_that_others_own_or_write_to_is_refused(string owner, string mode)
    {
        Directory.CreateDirectory(Place);
        Command.Run("chown", owner, Place);
        Command.Run("chmod", mode, Place);

        Assert.That(Refusal.Of(ErrorCode.StateUnwritable, () => new StateDirectory(Place).File("x")), Does.Contain(Place));
        Refusal.Of(ErrorCode.StateUnwritable, () => new StateDirectory(Place).Links(Links));
        Assert.That(TreeListing.Names(Place), Is.Empty);
    }

    [Test]
    public void A_link_in_its_place_is_refused_and_not_followed()
    {
        var decoy = Temporary.MakeDirectory("decoy");
        Temporary.Link("run/gpu-runtime", decoy);

        Refusal.Of(ErrorCode.StateUnwritable, () => new StateDirectory(Place).File("x"));
        Assert.That(TreeListing.Names(decoy), Is.Empty);
    }

    [Test]
    public void A_file_in_its_place_is_refused()
    {
        Temporary.Write("run/gpu-runtime", "x");

        Assert.That(Refusal.Of(ErrorCode.StateUnwritable, () => new StateDirectory(Place).File("x")), Does.Contain("set stateDirectory"));
    }

    [Test]
    public void An_entry_that_was_tampered_with_is_put_right()
    {
        var file = new StateDirectory(Place).File("content");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllText(file, "other");
        new StateDirectory(Place).File("content");

        Assert.That(File.ReadAllText(file), Is.EqualTo("content"));
        Assert.That(Command.Status("%a", file), Is.EqualTo("444"));
    }

    [Test]
    public void Creates_at_the_same_time_make_the_same_things()
    {
        const int threads = 16;
        using var start = new Barrier(threads);
        var made = new (string File, string Links)[threads];
        var runners = Enumerable.Range(0, threads).Select(index => new Thread(() =>
        {
            start.SignalAndWait();
            for (var round = 0; round < 20; round++)
                made[index] = (new StateDirectory(Place).File($"content {round}"), new StateDirectory(Place).Links([.. Links, new($"round{round}", "x")]));
        })).ToList();
        runners.ForEach(runner => runner.Start());
        runners.ForEach(runner => runner.Join());

        Assert.That(made.Distinct(), Has.Exactly(1).Items);
        Assert.That(Directory.GetFiles(Path.Combine(Place, "files")), Has.Length.EqualTo(20));
        Assert.That(Directory.GetDirectories(Path.Combine(Place, "links")), Has.Length.EqualTo(20));
        TreeListing.AssertNoTemporaries(Place);
    }
}
