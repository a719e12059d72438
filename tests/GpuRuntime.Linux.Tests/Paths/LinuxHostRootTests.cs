using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Tests.Paths;

public sealed class LinuxHostRootTests : DirectoryFixture
{
    private LinuxHostRoot? _root;

    private LinuxHostRoot Root => _root!;

    [SetUp]
    public void OpenRoot()
    {
        foreach (var tree in new[] { "host/dev", "host/proc", "host/sys", "host/driver" })
            Temporary.MakeDirectory(tree);
        Temporary.Write("outside/secret", "outside\n");
        _root = Open(Temporary.Combine("host"), Temporary.Combine("host/driver"));
    }

    [TearDown]
    public void DisposeRoot() => _root?.Dispose();

    [TestCase("text\n", "text")]
    [TestCase("text\0\0\0", "text")]
    [TestCase("\0 two words\t\0\n", "two words")]
    [TestCase("", "")]
    [TestCase("a\0b", "a\0b")]
    public void Text_is_trimmed_at_both_ends(string content, string expected)
    {
        Temporary.Write("host/sys/file", content);

        Assert.That(Root.ReadText(HostTree.Sys, "file"), Is.EqualTo(expected));
    }

    [Test]
    public void What_is_no_file_has_no_text()
    {
        Temporary.Fifo("host/sys/fifo");
        Temporary.MakeDirectory("host/sys/directory");
        Temporary.Write("host/sys/large", new byte[(4 << 20) + 1]);

        foreach (var name in new[] { "missing", "directory", "large" })
            Assert.That(Root.ReadText(HostTree.Sys, name), Is.Null, name);
        Assert.That(Refusal.InTime(() => Root.ReadText(HostTree.Sys, "fifo")), Is.Null.Or.Empty);
    }

    [TestCase("/outside/secret")]
    [TestCase("../../outside/secret")]
    [TestCase("../../../../../../../../../../OUTSIDE/secret")]
    [TestCase("/proc/self/root/OUTSIDE/secret")]
    public void Links_that_leave_a_tree_find_nothing(string target)
    {
        target = target.Replace("OUTSIDE", Temporary.Combine("outside")[1..], StringComparison.Ordinal);
        foreach (var tree in new[] { "sys", "proc", "dev", "driver" })
            Temporary.Link($"host/{tree}/link", target);

        foreach (var tree in Enum.GetValues<HostTree>())
            Assert.That(Root.ReadText(tree, "link"), Is.Null, tree.ToString());
        Assert.That(Root.Find("/link"), Is.Null);
        Assert.That(Root.FindLibrary("/link"), Is.Null);
    }

    [TestCase("/../../outside/secret")]
    [TestCase("../../outside/secret")]
    [TestCase("usr/../../../outside/secret")]
    public void Paths_that_climb_find_nothing(string path)
    {
        Temporary.MakeDirectory("host/driver/usr");

        Assert.That(Root.Find(path), Is.Null);
        Assert.That(Root.ReadText(HostTree.Driver, path), Is.Null);
    }

    [Test]
    public void Absolute_links_are_resolved_inside_the_driver_root()
    {
        var real = Temporary.Write("host/driver/usr/lib/libcuda.so.1.2", "x");
        Temporary.Link("host/driver/usr/lib/libcuda.so.1", "/usr/lib/libcuda.so.1.2");
        Temporary.Link("host/driver/usr/lib/libcuda.so", "../../../../../usr/lib/libcuda.so.1");
        Temporary.Link("host/driver/lib", "/usr/lib");

        var expected = new DriverFile("/usr/lib/libcuda.so.1.2", real, DriverFileKind.Regular);
        foreach (var path in new[] { "/usr/lib/libcuda.so.1.2", "usr/lib/libcuda.so.1", "/usr/lib/libcuda.so", "/lib/libcuda.so", "//usr//lib/./libcuda.so.1.2", "/usr/../lib/libcuda.so.1.2" })
            Assert.That(Root.Find(path), Is.EqualTo(expected), path);
        Assert.That(Root.Find("/lib"), Is.EqualTo(new DriverFile("/usr/lib", Temporary.Combine("host/driver/usr/lib"), DriverFileKind.Directory)));
        Assert.That(Root.ReadLink(HostTree.Driver, "/usr/lib/libcuda.so.1"), Is.EqualTo("/usr/lib/libcuda.so.1.2"));
        Assert.That(Root.ReadLink(HostTree.Driver, "/usr/lib/libcuda.so.1.2"), Is.Null);
    }

    [Test]
    public void A_driver_root_that_is_reached_through_a_link_gives_real_paths()
    {
        var real = Temporary.Write("host/driver/usr/file", "x");
        Temporary.Link("driver-link", "host/driver");
        using var root = Open(Temporary.Combine("host"), Temporary.Combine("driver-link"));

        Assert.That(root.Find("/usr/file"), Is.EqualTo(new DriverFile("/usr/file", real, DriverFileKind.Regular)));
    }

    [Test]
    public void Links_that_go_round_find_nothing()
    {
        Temporary.Link("host/driver/a", "b");
        Temporary.Link("host/driver/b", "a");

        Assert.That(Root.Find("/a"), Is.Null);
        Assert.That(Root.List(HostTree.Driver, "a"), Is.Empty);
    }

    [Test]
    public void Nodes_are_character_devices_and_nothing_else()
    {
        if (Command.Try("mknod", Temporary.Combine("host/dev/gpu0"), "c", "195", "254").Status != 0)
            Assert.Ignore("device nodes cannot be made here");
        Command.Run("chmod", "660", Temporary.Combine("host/dev/gpu0"));
        Command.Run("chown", "0:44", Temporary.Combine("host/dev/gpu0"));
        Command.Run("mknod", Temporary.Combine("host/dev/block"), "b", "7", "0");
        Temporary.Write("host/dev/file", "");
        Temporary.Fifo("host/dev/fifo");
        Temporary.MakeDirectory("host/dev/directory");
        Temporary.Link("host/dev/link", "/gpu0");
        Temporary.Link("host/dev/null-of-the-machine", "/dev/null");

        const uint mode = 0b110_110_000;
        Assert.That(Root.Node("gpu0"), Is.EqualTo(new HostNode(195, 254, mode, 0, 44)));
        Assert.That(Root.Node("link"), Is.EqualTo(new HostNode(195, 254, mode, 0, 44)));
        foreach (var name in new[] { "block", "file", "fifo", "directory", "missing", "null-of-the-machine" })
            Assert.That(Refusal.InTime(() => Root.Node(name)), Is.Null, name);
    }

    [Test]
    public void Names_are_listed_in_ordinal_order()
    {
        foreach (var name in new[] { "b", "a", "C", "10", "9" })
            Temporary.Write($"host/sys/list/{name}", "");

        Assert.That(Root.List(HostTree.Sys, "list"), Is.EqualTo(["10", "9", "C", "a", "b"]));
        Assert.That(Root.List(HostTree.Sys, "missing"), Is.Empty);
        Assert.That(Root.List(HostTree.Sys, ""), Is.EqualTo(["list"]));
    }

    [Test]
    public void Trees_that_are_missing_are_empty()
    {
        using var root = Open(Temporary.Combine("nowhere"), Temporary.Combine("nowhere"));

        Assert.That(root.List(HostTree.Sys, ""), Is.Empty);
        Assert.That(root.Find("/usr"), Is.Null);
        Assert.That(root.LoaderCache(), Is.Empty);
        Assert.That(root.Node("null"), Is.Null);
    }

    [Test]
    public void Places_are_named_below_their_prefix()
    {
        Assert.That(Root.Locate(HostTree.Sys, "/class/drm"), Is.EqualTo(Temporary.Combine("host/sys/class/drm")));
        Assert.That(Root.Locate(HostTree.Driver, ""), Is.EqualTo(Temporary.Combine("host/driver")));
    }

    private static LinuxHostRoot Open(string host, string driver) => new(new RuntimeConfiguration { HostRoot = host, HostDriver = driver });
}
