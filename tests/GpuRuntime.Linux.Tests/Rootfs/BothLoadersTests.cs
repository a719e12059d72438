using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Linux.Paths;
using GpuRuntime.Linux.Rootfs;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Linux.Tests.Rootfs;

/// <summary>Images with the loaders of both C libraries: a Debian one with musl-tools, an Alpine one with a glibc beside its own.</summary>
public sealed class BothLoadersTests : DirectoryFixture
{
    private static readonly ImmutableArray<LoaderCacheEntry> Libraries = [new("libgrt.so.1", "/usr/gpu/lib/libgrt.so.1", LibraryArchitecture.X64)];

    [Test]
    public void A_program_of_either_C_library_finds_the_libraries()
    {
        var root = Image.Of(() => RootFilesystem.Glibc(Temporary.Combine("root")));
        var musl = Image.Of(() => RootFilesystem.Musl(Temporary.Combine("musl")));
        File.Copy($"{musl}/lib/ld-musl-x86_64.so.1", $"{root}/lib/ld-musl-x86_64.so.1");
        File.Copy($"{musl}/bin/dlopen-test", $"{root}/bin/dlopen-test-musl");
        Library.Build($"{root}{Libraries[0].Path}", Libraries[0].Name);
        Prepare(root);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Image.Dlopen(root, "libgrt.so.1"), Is.EqualTo((string[])["libgrt.so.1: ok /usr/gpu/lib/libgrt.so.1"]));
            Assert.That(Command.Run("chroot", root, "/bin/dlopen-test-musl", "libgrt.so.1"), Is.EqualTo("libgrt.so.1: ok /usr/gpu/lib/libgrt.so.1\n"));
        }
    }

    [Test]
    public void A_cache_in_an_image_of_musl_alone_is_left_alone()
    {
        var root = Image.Of(() => RootFilesystem.Musl(Temporary.Combine("root")));
        Temporary.Write("root/etc/ld.so.cache", "somebody's");
        Prepare(root);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(File.ReadAllText($"{root}/etc/ld.so.cache"), Is.EqualTo("somebody's"));
            Assert.That(File.ReadAllText($"{root}/etc/ld-musl-x86_64.path"), Does.EndWith("/usr/gpu/lib\n"));
        }
    }

    private static void Prepare(string root)
    {
        using var rootfs = RootedDirectory.Open(root, default);
        RootfsLoader.Prepare(rootfs, Libraries);
    }
}
