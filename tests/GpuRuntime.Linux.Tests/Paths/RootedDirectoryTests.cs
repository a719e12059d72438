using System.Text;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Tests.Paths;

public sealed class RootedDirectoryTests : DirectoryFixture
{
    private const uint Mode = 0b110_100_100;

    [Test]
    public void A_file_gets_its_content_its_mode_and_its_parents()
    {
        using var rootfs = RootedDirectory.Open(Temporary.Path, default);

        Assert.That(rootfs.Replace("/etc/deep/er/file", "content"u8, 0b110_100_000), Is.True);
        Assert.That(File.ReadAllText(Temporary.Combine("etc/deep/er/file")), Is.EqualTo("content"));
        Assert.That(Command.Status("%a", Temporary.Combine("etc/deep/er/file")), Is.EqualTo("640"));
        Assert.That(Command.Status("%a", Temporary.Combine("etc/deep")), Is.EqualTo("755"));
        Assert.That(TreeListing.Names(Temporary.Path), Is.EquivalentTo(["etc", "etc/deep", "etc/deep/er", "etc/deep/er/file"]), "or temporary files");
    }

    [Test]
    public void A_file_with_that_content_stays_the_same_file()
    {
        var path = Temporary.Write("etc/file", "content");
        var before = TreeListing.Of(Temporary.Path);
        using var rootfs = RootedDirectory.Open(Temporary.Path, default);

        Assert.That(rootfs.Replace("/etc/file", "content"u8, Mode), Is.False);
        Assert.That(TreeListing.Of(Temporary.Path), Is.EqualTo(before));
        Assert.That(rootfs.Replace("/etc/file", "contenu"u8, Mode), Is.True);
        Assert.That(File.ReadAllText(path), Is.EqualTo("contenu"));
    }

    [Test]
    public void A_longer_file_that_begins_with_the_content_is_replaced()
    {
        var path = Temporary.Write("file", "content and more");
        using var rootfs = RootedDirectory.Open(Temporary.Path, default);

        Assert.That(rootfs.Replace("/file", "content"u8, Mode), Is.True);
        Assert.That(File.ReadAllText(path), Is.EqualTo("content"));
    }

    [Test]
    public void A_link_with_that_text_stays_the_same_link()
    {
        Temporary.Link("lib/libx.so", "libx.so.1");
        var before = TreeListing.Of(Temporary.Path);
        using var rootfs = RootedDirectory.Open(Temporary.Path, default);
        rootfs.Symlink("/lib/libx.so", "libx.so.1");

        Assert.That(TreeListing.Of(Temporary.Path), Is.EqualTo(before));
    }

    [Test]
    public void A_link_takes_the_place_of_a_file_or_another_link()
    {
        Temporary.Write("lib/file", "x");
        Temporary.Link("lib/link", "elsewhere");
        using var rootfs = RootedDirectory.Open(Temporary.Path, default);
        rootfs.Symlink("/lib/file", "a");
        rootfs.Symlink("/lib/link", "b");

        Assert.That(Command.Status("%N", Temporary.Combine("lib/file")), Does.EndWith("-> 'a'"));
        Assert.That(Command.Status("%N", Temporary.Combine("lib/link")), Does.EndWith("-> 'b'"));
        TreeListing.AssertNoTemporaries(Temporary.Path);
    }

    [Test]
    public void What_is_made_belongs_to_the_containers_root()
    {
        if (Environment.UserName != "root")
            Assert.Ignore("only root can give files to others");
        using var rootfs = RootedDirectory.Open(Temporary.Path, (100_000, 100_001));
        rootfs.Replace("/etc/deep/file", "x"u8, Mode);
        rootfs.Symlink("/usr/lib/link", "target");
        rootfs.MakeDirectory("/var/own", 0b111_101_101);

        foreach (var name in TreeListing.Names(Temporary.Path))
            Assert.That(Command.Status("%u:%g", Temporary.Combine(name)), Is.EqualTo("100000:100001"), name);
    }

    [Test]
    public void Directories_that_were_there_keep_their_owner()
    {
        Temporary.MakeDirectory("etc");
        using var rootfs = RootedDirectory.Open(Temporary.Path, (100_000, 100_000));
        rootfs.Replace("/etc/file", "x"u8, Mode);
        rootfs.MakeDirectory("/etc", 0b111_000_000);

        Assert.That(Command.Status("%u:%g %a", Temporary.Combine("etc")), Is.EqualTo("0:0 755"));
    }

    [Test]
    public void A_FIFO_in_the_place_of_a_file_is_no_content_and_is_replaced()
    {
        Temporary.Fifo("etc/file");
        using var rootfs = RootedDirectory.Open(Temporary.Path, default);

        Assert.That(Refusal.InTime(() => rootfs.Read("/etc/file", 100)), Is.Null);
        Assert.That(Refusal.InTime(() => rootfs.Replace("/etc/file", "x"u8, Mode)), Is.True);
        Assert.That(Command.Status("%F", Temporary.Combine("etc/file")), Is.EqualTo("regular file"));
    }

    [Test]
    public void A_directory_in_the_place_of_a_file_is_an_error_that_leaves_nothing_behind([Values] bool full)
    {
        Temporary.MakeDirectory(full ? "etc/file/content" : "etc/file");
        using var rootfs = RootedDirectory.Open(Temporary.Path, default);

        Assert.That(rootfs.Read("/etc/file", 100), Is.Null);
        Assert.Throws<LinuxException>(() => rootfs.Replace("/etc/file", "x"u8, Mode));
        Assert.Throws<LinuxException>(() => rootfs.Symlink("/etc/file", "x"));
        Assert.Throws<LinuxException>(() => rootfs.Delete("/etc/file"));
        TreeListing.AssertNoTemporaries(Temporary.Path);
        Assert.That(Temporary.Combine("etc/file"), Does.Exist);
    }

    [Test]
    public void A_file_in_the_place_of_a_directory_is_an_error()
    {
        Temporary.Write("etc", "x");
        using var rootfs = RootedDirectory.Open(Temporary.Path, default);

        var refusal = Assert.Throws<LinuxException>(() => rootfs.Replace("/etc/deep/file", "x"u8, Mode));
        Assert.That(refusal!.Errno, Is.EqualTo(Errno.NotDirectory));
        Assert.That(TreeListing.Names(Temporary.Path), Is.EqualTo(["etc"]));
    }

    [Test]
    public void A_dangling_link_in_the_place_of_a_file_is_replaced_and_its_target_not_made()
    {
        Temporary.Link("etc/file", "../nowhere");
        using var rootfs = RootedDirectory.Open(Temporary.Path, default);
        rootfs.Replace("/etc/file", "x"u8, Mode);

        Assert.That(TreeListing.Names(Temporary.Path), Is.EquivalentTo(["etc", "etc/file"]));
        Assert.That(Command.Status("%F", Temporary.Combine("etc/file")), Is.EqualTo("regular file"));
    }

    [Test]
    public void Deleting_takes_a_link_and_not_what_it_points_to()
    {
        Temporary.Write("etc/target", "x");
        Temporary.Link("etc/link", "target");
        using var rootfs = RootedDirectory.Open(Temporary.Path, default);
        rootfs.Delete("/etc/link");
        rootfs.Delete("/etc/not-there");

        Assert.That(TreeListing.Names(Temporary.Path), Is.EquivalentTo(["etc", "etc/target"]));
    }

    [Test]
    public void Links_are_followed_for_looking_but_a_link_is_no_regular_file_itself()
    {
        Temporary.Write("etc/target", "x");
        Temporary.Link("etc/link", "/etc/target");
        Temporary.Link("etc/dangling", "/etc/nowhere");
        using var rootfs = RootedDirectory.Open(Temporary.Path, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(rootfs.Exists("/etc/link"), Is.True);
            Assert.That(rootfs.Exists("/etc/dangling"), Is.False);
            Assert.That(rootfs.IsRegular("/etc/target"), Is.True);
            Assert.That(rootfs.IsRegular("/etc/link"), Is.False);
            Assert.That(Encoding.UTF8.GetString(rootfs.Read("/etc/link", 1)!), Is.EqualTo("x"));
            Assert.That(rootfs.List("/etc"), Is.EquivalentTo(["target", "link", "dangling"]));
            Assert.That(rootfs.List("/nowhere"), Is.Empty);
        }
    }

    [Test]
    public void A_file_takes_the_place_of_one_of_another_name_and_of_what_is_there()
    {
        Temporary.Write("former", "old");
        var path = Temporary.Write("file", "older");
        using var rootfs = RootedDirectory.Open(Temporary.Path, default);

        Assert.That(rootfs.ReplaceAs("/file", "former", "new"u8, Mode), Is.True);
        Assert.That(File.ReadAllText(path), Is.EqualTo("new"));
        Assert.That(TreeListing.Names(Temporary.Path), Is.EquivalentTo(["file"]));
        // Somebody else was first.
        Assert.That(rootfs.ReplaceAs("/file", "former", "newer"u8, Mode), Is.True);
        Assert.That(File.ReadAllText(path), Is.EqualTo("newer"));
    }

    [Test]
    public void A_file_that_cannot_take_the_place_leaves_the_one_of_the_other_name()
    {
        Temporary.Write("former", "old");
        Temporary.Write("file/in", "a directory");
        using var rootfs = RootedDirectory.Open(Temporary.Path, default);

        Assert.Throws<LinuxException>(() => rootfs.ReplaceAs("/file", "former", "new"u8, Mode));
        Assert.That(File.ReadAllText(Temporary.Combine("former")), Is.EqualTo("old"));
        Assert.That(TreeListing.Names(Temporary.Path), Is.EquivalentTo(["file", "file/in", "former"]));
    }

    [Test]
    public void Whatever_is_no_directory_has_a_name_even_a_link_that_leads_nowhere()
    {
        Temporary.Write("directory/file", "x");
        Temporary.Link("dangling", "/nowhere");
        Temporary.Link("loop", "loop");
        using var rootfs = RootedDirectory.Open(Temporary.Path, default);

        Assert.That((string[])["directory/file", "dangling", "loop", "directory", "nothing"], Is.All.Matches<string>(name => rootfs.HasFile(name) == name is not ("directory" or "nothing")));
        Assert.Throws<LinuxException>(() => rootfs.HasFile("directory/file/below"));
    }

    [TestCase(4095)]
    [TestCase(4096)]
    [TestCase(4097)]
    [TestCase(70_000)]
    public void A_file_is_read_up_to_the_limit_and_not_beyond(int size)
    {
        Temporary.Write("file", new byte[size]);
        using var rootfs = RootedDirectory.Open(Temporary.Path, default);

        Assert.That(rootfs.Read("/file", size), Has.Length.EqualTo(size));
        Assert.That(rootfs.Read("/file", size - 1), Is.Null);
    }

    [Test]
    public void A_directory_with_many_names_is_listed_whole()
    {
        var names = Enumerable.Range(0, 500).Select(index => $"a-rather-long-name-of-a-file-{index}").ToArray();
        foreach (var name in names)
            Temporary.Write($"many/{name}", "");
        using var rootfs = RootedDirectory.Open(Temporary.Path, default);

        Assert.That(rootfs.List("/many"), Is.EquivalentTo(names));
    }

    [Test]
    public void A_root_that_is_not_there_is_an_error_with_its_path() =>
        Assert.That(Refusal.Of(ErrorCode.RootfsUnwritable, () => RootedDirectory.Open(Temporary.Combine("nowhere"), default)), Does.Contain(Temporary.Combine("nowhere")));
}
