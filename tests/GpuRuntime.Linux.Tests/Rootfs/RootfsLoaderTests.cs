using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Linux.Paths;
using GpuRuntime.Linux.Rootfs;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Linux.Tests.Rootfs;

/// <summary>What is written into an image, and whether the image's own loader finds libraries by it.</summary>
public sealed class RootfsLoaderTests : DirectoryFixture
{
    private const string Directory = "/usr/gpu/lib";
    private const string Configuration = "etc/ld.so.conf.d/zz-gpu-runtime.conf";

    private static readonly ImmutableArray<LoaderCacheEntry> Libraries =
    [
        new("libgrtfirst.so.1", $"{Directory}/libgrtfirst.so.1", LibraryArchitecture.X64),
        new("libgrtfirst.so", $"{Directory}/libgrtfirst.so", LibraryArchitecture.X64),
        new("libgrtsecond.so.10", $"{Directory}/libgrtsecond.so.10", LibraryArchitecture.X64),
        new("libgrtsecond.so.9", $"{Directory}/libgrtsecond.so.9", LibraryArchitecture.X64),
    ];

    [Test]
    public void The_real_loader_finds_every_library([Values] bool withoutCache, [Values("debian", "fedora", "distroless")] string shape)
    {
        var root = Glibc(new GlibcOptions { WithoutCache = withoutCache, FedoraLike = shape == "fedora", Distroless = shape == "distroless" });
        AddLibraries(root);
        Assert.That(Image.Dlopen(root, "libgrtfirst.so.1").Single(), Does.StartWith("libgrtfirst.so.1: error"), "found even without us");
        Prepare(root);

        Assert.That(Image.Dlopen(root, Names), Is.EqualTo(Libraries.Select(library => $"{library.Name}: ok {library.Path}")));
        Assert.That(Image.Dlopen(root, "libc.so.6").Single(), Does.StartWith("libc.so.6: ok /"));
    }

    [Test]
    public void Every_library_of_the_image_is_found_where_it_was()
    {
        var root = Glibc();
        var names = Command.Run("chroot", root, "/sbin/ldconfig", "-p").Split('\n').Where(line => line.StartsWith('\t')).Select(line => line.Trim().Split(' ')[0]).Distinct().ToArray();
        var before = Image.Dlopen(root, names);
        AddLibraries(root);
        Prepare(root);

        Assert.That(Image.Dlopen(root, names), Is.EqualTo(before));
        Assert.That(names, Has.Length.GreaterThan(10));
    }

    [Test]
    public void Ours_wins_over_one_of_the_same_name_in_the_images_cache()
    {
        var root = Glibc();
        AddLibraries(root);
        AddLibraries(root, "/opt/older");
        File.AppendAllText(Path.Combine(root, "etc/ld.so.conf"), "/opt/older\n");
        Command.Run("ldconfig", "-r", root);
        Prepare(root);

        Assert.That(Image.Dlopen(root, "libgrtfirst.so.1").Single(), Is.EqualTo($"libgrtfirst.so.1: ok {Directory}/libgrtfirst.so.1"));
    }

    [Test]
    public void A_later_ldconfig_in_the_container_keeps_them()
    {
        var root = Glibc();
        AddLibraries(root);
        Prepare(root);
        Command.Run("chroot", root, "/sbin/ldconfig");

        Assert.That(Image.Dlopen(root, "libgrtfirst.so.1").Single(), Is.EqualTo($"libgrtfirst.so.1: ok {Directory}/libgrtfirst.so.1"));
    }

    [Test]
    public void Done_again_it_changes_nothing([Values("debian", "distroless", "musl")] string shape)
    {
        var root = shape == "musl" ? Image.Of(() => RootFilesystem.Musl(Temporary.Combine("root"))) : Glibc(new GlibcOptions { FedoraLike = shape == "fedora", Distroless = shape == "distroless" });
        Prepare(root);
        var before = TreeListing.Of(root);
        Prepare(root);

        Assert.That(TreeListing.Of(root), Is.EqualTo(before));
        TreeListing.AssertNoTemporaries(root);
    }

    [Test]
    public void An_image_without_any_loader_stays_as_it_is()
    {
        var root = Image.Of(() => RootFilesystem.Busybox(Temporary.Combine("root")));
        var before = TreeListing.Of(root);
        Prepare(root);

        Assert.That(TreeListing.Of(root), Is.EqualTo(before));
    }

    [Test]
    public void No_libraries_no_change()
    {
        var root = Glibc();
        var before = TreeListing.Of(root);
        using (var rootfs = RootedDirectory.Open(root, default))
            RootfsLoader.Prepare(rootfs, []);

        Assert.That(TreeListing.Of(root), Is.EqualTo(before));
    }

    [Test]
    public void An_image_without_ldconfig_gets_the_cache_only()
    {
        var root = Glibc(new GlibcOptions { Distroless = true });
        var before = TreeListing.Names(root);
        Prepare(root);

        Assert.That(TreeListing.Names(root).Except(before), Is.EqualTo(["etc/ld.so.cache"]));
    }

    [Test]
    public void An_image_with_ldconfig_and_no_configuration_gets_one()
    {
        var root = Glibc();
        File.Delete(Path.Combine(root, "etc/ld.so.conf"));
        Prepare(root);

        Assert.That(File.ReadAllText(Path.Combine(root, "etc/ld.so.conf")), Is.EqualTo("include /etc/ld.so.conf.d/*.conf\n"));
        Assert.That(File.ReadAllText(Path.Combine(root, Configuration)), Is.EqualTo($"{Directory}\n"));
    }

    [Test]
    public void An_images_own_configuration_stays_as_it_is()
    {
        var root = Glibc();
        File.WriteAllText(Path.Combine(root, "etc/ld.so.conf"), "/opt/only\n");
        Prepare(root);

        Assert.That(File.ReadAllText(Path.Combine(root, "etc/ld.so.conf")), Is.EqualTo("/opt/only\n"));
    }

    [Test]
    public void A_cache_that_is_garbage_is_replaced()
    {
        var root = Glibc();
        AddLibraries(root);
        File.WriteAllText(Path.Combine(root, "etc/ld.so.cache"), "garbage");
        Prepare(root);

        Assert.That(Image.Dlopen(root, Names), Is.EqualTo(Libraries.Select(library => $"{library.Name}: ok {library.Path}")));
    }

    [Test]
    public void A_FIFO_as_the_cache_does_not_hang()
    {
        var root = Glibc(new GlibcOptions { WithoutCache = true });
        Command.Run("mkfifo", Path.Combine(root, "etc/ld.so.cache"));
        Refusal.InTime(() => Prepare(root));

        Assert.That(Command.Status("%F", Path.Combine(root, "etc/ld.so.cache")), Is.EqualTo("regular file"));
    }

    [Test]
    public void Loader_files_that_are_links_to_the_hosts_change_nothing_there([Values("etc/ld.so.cache", "etc/ld.so.conf.d", Configuration, "etc")] string path)
    {
        var root = Glibc();
        var decoy = Temporary.MakeDirectory("decoy");
        foreach (var name in new[] { "ld.so.cache", "ld.so.conf", "zz-gpu-runtime.conf", "file" })
            Temporary.Write($"decoy/{name}", "the host's\n");
        Command.Run("rm", "-rf", Path.Combine(root, path));
        File.CreateSymbolicLink(Path.Combine(root, path), path is "etc" or "etc/ld.so.conf.d" ? decoy : $"{decoy}/{Path.GetFileName(path)}");
        var before = TreeListing.Of(decoy);
        try
        {
            Prepare(root);
        }
        catch (IOException)
        {
            // Refusing is right as well.
        }

        Assert.That(TreeListing.Of(decoy), Is.EqualTo(before));
        TreeListing.AssertNoTemporaries(root);
    }

    [Test]
    public void Written_files_are_readable_by_all_and_belong_to_the_containers_root()
    {
        var root = Glibc();
        using (var rootfs = RootedDirectory.Open(root, (1000, 1000)))
            RootfsLoader.Prepare(rootfs, Libraries);

        foreach (var name in new[] { "etc/ld.so.cache", Configuration })
            Assert.That(Command.Status("%a %u:%g", Path.Combine(root, name)), Is.EqualTo("644 1000:1000"), name);
    }

    private static string[] Names => [.. Libraries.Select(library => library.Name)];

    private string Glibc(GlibcOptions? options = null) => Image.Of(() => RootFilesystem.Glibc(Temporary.Combine("root"), options));

    private static void Prepare(string root)
    {
        using var rootfs = RootedDirectory.Open(root, default);
        RootfsLoader.Prepare(rootfs, Libraries);
    }

    private static void AddLibraries(string root, string directory = Directory)
    {
        var first = $"{root}{directory}/{Libraries[0].Name}";
        Library.Build(first, Libraries[0].Name);
        foreach (var library in Libraries.Skip(1))
            File.Copy(first, $"{root}{directory}/{library.Name}");
    }
}
