using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Linux.Paths;
using GpuRuntime.Linux.Rootfs;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Linux.Tests.Rootfs;

public sealed class MuslLoaderTests : DirectoryFixture
{
    private const string PathFile = "etc/ld-musl-x86_64.path";

    private static readonly ImmutableArray<LoaderCacheEntry> Libraries =
    [
        new("libgrtfirst.so.1", "/usr/gpu/lib/libgrtfirst.so.1", LibraryArchitecture.X64),
        new("libgrtsecond.so.1", "/usr/gpu/other/libgrtsecond.so.1", LibraryArchitecture.X64),
    ];

    [Test]
    public void Without_a_path_file_the_defaults_stay_in_front() =>
        Assert.That(Prepared(null), Is.EqualTo("/lib\n/usr/local/lib\n/usr/lib\n/usr/gpu/lib\n/usr/gpu/other\n"));

    [TestCase("/lib:/opt/lib\n", "/lib:/opt/lib\n/usr/gpu/lib\n/usr/gpu/other\n")]
    [TestCase("/lib", "/lib\n/usr/gpu/lib\n/usr/gpu/other\n")]
    [TestCase("/usr/gpu/lib\n/lib\n", "/usr/gpu/lib\n/lib\n/usr/gpu/other\n")]
    public void With_a_path_file_ours_go_behind_the_images(string before, string after) => Assert.That(Prepared(before), Is.EqualTo(after));

    [Test]
    public void A_path_file_that_has_them_stays_the_same_file()
    {
        var root = Root("/usr/gpu/other:/lib:/usr/gpu/lib");
        var before = TreeListing.Of(root);
        Prepare(root);

        Assert.That(TreeListing.Of(root), Is.EqualTo(before));
    }

    [Test]
    public void No_cache_is_written()
    {
        Prepared(null);

        Assert.That(Temporary.Combine("root/etc/ld.so.cache"), Does.Not.Exist);
        Assert.That(Temporary.Combine("root/etc/ld.so.conf.d"), Does.Not.Exist);
    }

    [Test]
    public void The_real_loader_finds_the_libraries([Values(null, "/lib\n/usr/lib\n")] string? pathFile)
    {
        var root = Root(pathFile);
        foreach (var library in Libraries)
            Library.Build($"{root}{library.Path}", library.Name);
        Prepare(root);

        Assert.That(
            Image.Dlopen(root, [.. Libraries.Select(library => library.Name)]),
            Is.EqualTo(Libraries.Select(library => $"{library.Name}: ok {library.Path}")));
    }

    [Test]
    public void A_FIFO_as_the_path_file_does_not_hang()
    {
        var root = Root(null);
        Command.Run("mkfifo", Path.Combine(root, PathFile));
        Refusal.InTime(() => Prepare(root));

        Assert.That(File.ReadAllText(Path.Combine(root, PathFile)), Does.EndWith("/usr/gpu/lib\n/usr/gpu/other\n"));
    }

    [Test]
    public void A_path_file_that_is_a_link_to_the_hosts_changes_nothing_there()
    {
        var decoy = Temporary.Write("decoy/file", "/host\n");
        var root = Root(null);
        File.CreateSymbolicLink(Path.Combine(root, PathFile), decoy);
        var before = TreeListing.Of(Temporary.Combine("decoy"));
        Prepare(root);

        Assert.That(TreeListing.Of(Temporary.Combine("decoy")), Is.EqualTo(before));
        Assert.That(File.ReadAllText(Path.Combine(root, PathFile)), Does.Not.Contain("/host"));
    }

    private string Prepared(string? pathFile)
    {
        var root = Root(pathFile);
        Prepare(root);
        return File.ReadAllText(Path.Combine(root, PathFile));
    }

    private string Root(string? pathFile) => Image.Of(() => RootFilesystem.Musl(Temporary.Combine("root"), new MuslOptions { LoaderPath = pathFile }));

    private static void Prepare(string root)
    {
        using var rootfs = RootedDirectory.Open(root, default);
        RootfsLoader.Prepare(rootfs, Libraries);
    }
}
