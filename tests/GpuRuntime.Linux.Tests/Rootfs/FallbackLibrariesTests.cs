using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Linux.Loader;
using GpuRuntime.Linux.Paths;
using GpuRuntime.Linux.Rootfs;
using GpuRuntime.TestHosts;
using NUnit.Framework.Constraints;

namespace GpuRuntime.Linux.Tests.Rootfs;

/// <summary>Libraries of the host's that an image shall use only where it has none of their name, seen with the image's own loader.</summary>
public sealed class FallbackLibrariesTests : DirectoryFixture
{
    private const string Own = "/usr/lib/gpu-runtime/intel";
    private const string Fallback = "/usr/lib/gpu-runtime/fallback";
    private const string Name = "libgrtshared.so.1";
    private const string Configuration = "etc/ld.so.conf.d/zz-gpu-runtime.conf";

    private static readonly ImmutableArray<LoaderCacheEntry> Libraries = [new("libgrtdriver.so.1", $"{Own}/libgrtdriver.so.1", LibraryArchitecture.X64)];
    private static readonly ImmutableArray<LoaderCacheEntry> Fallbacks = [new(Name, $"{Fallback}/{Name}", LibraryArchitecture.X64)];

    private string Root => Temporary.Combine("root");

    [Test]
    public void An_image_without_the_library_gets_the_hosts([Values] bool withoutCache, [Values("debian", "fedora", "distroless")] string shape)
    {
        Glibc(shape, withoutCache);
        Prepare();

        Assert.That(Found, Is.EqualTo((string[])[$"{Name}: ok {Fallback}/{Name}", $"libgrtdriver.so.1: ok {Own}/libgrtdriver.so.1"]));
    }

    // Without a cache the loader searches its own directories, and an entry in the cache that we make would hide what lies there.
    [TestCase("debian", false, "/usr/lib/x86_64-linux-gnu")]
    [TestCase("debian", true, "/usr/lib/x86_64-linux-gnu")]
    [TestCase("debian", false, "/usr/lib")]
    [TestCase("debian", true, "/usr/lib")]
    [TestCase("fedora", false, "/usr/lib64")]
    [TestCase("fedora", true, "/usr/lib64")]
    [TestCase("distroless", true, "/usr/lib/x86_64-linux-gnu")]
    public void An_images_own_library_is_used(string shape, bool withoutCache, string directory)
    {
        Glibc(shape, withoutCache);
        Build($"{directory}/{Name}");
        if (!withoutCache)
            Command.Run("ldconfig", "-r", Root);
        Prepare();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Found[0], IsTheImages);
            Assert.That(Cache.Where(entry => entry.Name == Name), Has.None.Matches<LoaderCacheEntry>(entry => entry.Path.StartsWith(Fallback, StringComparison.Ordinal)));
        }
    }

    [Test]
    public void An_images_own_library_in_a_directory_of_its_configuration_is_used()
    {
        Glibc();
        Build($"/opt/image/{Name}");
        File.AppendAllText($"{Root}/etc/ld.so.conf", "/opt/image\n");
        Command.Run("ldconfig", "-r", Root);
        Prepare();

        Assert.That(Found[0], Is.EqualTo($"{Name}: ok /opt/image/{Name}"));
    }

    // Put there by a COPY, with no ldconfig after it.
    [Test]
    public void An_images_own_library_that_its_cache_does_not_know_is_used()
    {
        Glibc();
        Build($"/usr/lib/x86_64-linux-gnu/{Name}");
        Prepare();

        Assert.That(Found[0], IsTheImages);
    }

    [Test]
    public void A_library_of_another_architecture_does_not_stand_in()
    {
        Glibc();
        Library.Build($"{Root}/usr/lib/{Name}", Name, is32Bit: true);
        Command.Run("ldconfig", "-r", Root);
        Prepare();

        Assert.That(Found[0], Is.EqualTo($"{Name}: ok {Fallback}/{Name}"));
    }

    [Test]
    public void A_file_that_is_no_library_does_not_stand_in([Values("text", "directory", "FIFO", "dangling")] string kind)
    {
        Glibc();
        var path = $"{Root}/usr/lib/{Name}";
        _ = kind switch
        {
            "text" => Command.Run("sh", "-c", $"echo no library > {path}"),
            "directory" => Command.Run("mkdir", path),
            "FIFO" => Command.Run("mkfifo", path),
            _ => Command.Run("ln", "-s", "/nowhere", path),
        };
        Refusal.InTime(Prepare);

        Assert.That(Cache, Does.Contain(Fallbacks[0]));
    }

    [TestCase("debian", "/usr/lib")]
    [TestCase("debian", "/usr/lib/x86_64-linux-gnu")]
    [TestCase("fedora", "/usr/lib64")]
    public void A_later_ldconfig_in_the_container_keeps_the_images_in_front(string shape, string directory)
    {
        Glibc(shape);
        Prepare();
        Build($"{directory}/{Name}");
        Command.Run("chroot", Root, "/sbin/ldconfig");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Found[0], IsTheImages);
            Assert.That(Found[1], Is.EqualTo($"libgrtdriver.so.1: ok {Own}/libgrtdriver.so.1"));
        }
    }

    [Test]
    public void A_later_ldconfig_in_a_container_without_the_library_keeps_the_hosts()
    {
        Glibc();
        Prepare();
        var (status, _, complaints) = Command.Try("chroot", Root, "/sbin/ldconfig");

        using (Assert.EnterMultipleScope())
        {
            Assert.That((status, complaints), Is.EqualTo((0, "")));
            Assert.That(Found, Is.EqualTo((string[])[$"{Name}: ok {Fallback}/{Name}", $"libgrtdriver.so.1: ok {Own}/libgrtdriver.so.1"]));
        }
    }

    [Test]
    public void A_library_that_was_installed_since_is_used_at_the_next_start()
    {
        Glibc();
        Prepare();
        Build($"/usr/lib/x86_64-linux-gnu/{Name}");
        Prepare();

        Assert.That(Found[0], IsTheImages);
    }

    [Test]
    public void Done_again_it_changes_nothing([Values("debian", "fedora", "distroless")] string shape)
    {
        Glibc(shape);
        Prepare();
        var before = TreeListing.Of(Root);
        Prepare();

        Assert.That(TreeListing.Of(Root), Is.EqualTo(before));
    }

    [Test]
    public void Ldconfig_is_told_of_the_hosts_directory_last()
    {
        Glibc();
        Prepare();

        Assert.That(File.ReadAllLines($"{Root}/{Configuration}"), Is.EqualTo((string[])
            [Own, "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64", "/lib", "/usr/lib", Fallback]));
    }

    [Test]
    public void Without_them_ldconfig_is_told_of_the_driver_alone()
    {
        Glibc();
        using (var rootfs = RootedDirectory.Open(Root, default))
            RootfsLoader.Prepare(rootfs, Libraries);

        Assert.That(File.ReadAllLines($"{Root}/{Configuration}"), Is.EqualTo((string[])[Own]));
    }

    [Test]
    public void They_are_found_with_no_library_in_front_as_well()
    {
        Glibc();
        using (var rootfs = RootedDirectory.Open(Root, default))
            RootfsLoader.Prepare(rootfs, [], fallback: Fallbacks);

        Assert.That(Found[0], Is.EqualTo($"{Name}: ok {Fallback}/{Name}"));
    }

    [Test]
    public void One_in_front_of_the_same_name_counts()
    {
        Glibc();
        using (var rootfs = RootedDirectory.Open(Root, default))
            RootfsLoader.Prepare(rootfs, Libraries, fallback: [new(Libraries[0].Name, $"{Fallback}/{Libraries[0].Name}", LibraryArchitecture.X64)]);

        Assert.That(Found[1], Is.EqualTo($"libgrtdriver.so.1: ok {Own}/libgrtdriver.so.1"));
    }

    [Test]
    public void Musl_is_told_nothing_of_them()
    {
        Image.Of(() => RootFilesystem.Musl(Root));
        var before = TreeListing.Of(Root);
        using (var rootfs = RootedDirectory.Open(Root, default))
            RootfsLoader.Prepare(rootfs, [], fallback: Fallbacks);

        Assert.That(TreeListing.Of(Root).Where(line => !before.Contains(line)), Has.None.Contains("ld.so").And.None.Contains("gpu-runtime"));
    }

    private ImmutableArray<LoaderCacheEntry> Cache => LoaderCacheFile.Parse(File.ReadAllBytes($"{Root}/etc/ld.so.cache"))!.Described();

    private string[] Found => Image.Dlopen(Root, Name, Libraries[0].Name);

    // Loaders differ in how they write their own directories' names.
    private static Constraint IsTheImages => Does.StartWith($"{Name}: ok /").And.Not.Contain("gpu-runtime");

    // The image, and the host's two libraries where they would be mounted.
    private void Glibc(string shape = "debian", bool withoutCache = false)
    {
        Image.Of(() => RootFilesystem.Glibc(Root, new GlibcOptions { WithoutCache = withoutCache, FedoraLike = shape == "fedora", Distroless = shape == "distroless" }));
        Build(Libraries[0].Path);
        Build(Fallbacks[0].Path);
    }

    private void Build(string path) => Library.Build(Root + path, Path.GetFileName(path));

    private void Prepare()
    {
        using var rootfs = RootedDirectory.Open(Root, default);
        RootfsLoader.Prepare(rootfs, Libraries, fallback: Fallbacks);
    }
}
