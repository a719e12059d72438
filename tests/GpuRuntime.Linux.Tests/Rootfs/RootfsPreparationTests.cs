using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Linux.Loader;
using GpuRuntime.Linux.Paths;
using GpuRuntime.Linux.Rootfs;

namespace GpuRuntime.Linux.Tests.Rootfs;

public sealed class RootfsPreparationTests : DirectoryFixture
{
    private static readonly ContainerEdits Edits = new()
    {
        Mounts = [new ContainerMount("/driver/libcuda.so.1.2", "/usr/lib/libcuda.so.1.2", ContainerMount.ReadOnly)],
        GeneratedFiles = [new GeneratedFile("/etc/nvidia/profile.conf", "content\n")],
        Symlinks =
        [
            new ContainerSymlink("/usr/lib/libcuda.so.1", "libcuda.so.1.2"),
            new ContainerSymlink("/dev/dri/by-path/pci-0000:1b:00.0-card", "../card2"),
            new ContainerSymlink("/dev/dri/by-path/pci-0000:1b:00.0-render", "../renderD132"),
        ],
        AdditionalGids = [44],
    };

    [Test]
    public void Links_below_dev_and_generated_files_become_mounts_of_the_state_directory()
    {
        var prepared = WithStateMounts();
        var mounts = prepared.Mounts.ToDictionary(mount => mount.ContainerPath);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(mounts.Keys, Is.EquivalentTo((string[])["/usr/lib/libcuda.so.1.2", "/etc/nvidia/profile.conf", "/dev/dri/by-path"]));
            Assert.That(File.ReadAllText(mounts["/etc/nvidia/profile.conf"].HostPath), Is.EqualTo("content\n"));
            Assert.That(TreeListing.Names(mounts["/dev/dri/by-path"].HostPath), Is.EquivalentTo((string[])["pci-0000:1b:00.0-card", "pci-0000:1b:00.0-render"]));
            Assert.That(new FileInfo($"{mounts["/dev/dri/by-path"].HostPath}/pci-0000:1b:00.0-card").LinkTarget, Is.EqualTo("../card2"));
            Assert.That(mounts.Values, Has.All.Matches<ContainerMount>(mount => mount.Options.Contains("ro")));
            Assert.That(prepared.Symlinks, Is.EqualTo((ContainerSymlink[])[Edits.Symlinks[0]]));
            Assert.That(prepared.GeneratedFiles, Is.Empty);
            Assert.That(prepared.AdditionalGids, Is.EqualTo((uint[])[44]));
        }
    }

    // Otherwise a restart would add mounts to config.json a second time.
    [Test]
    public void The_same_edits_have_the_same_mounts() =>
        Assert.That(WithStateMounts().Mounts.Select(mount => mount.HostPath), Is.EqualTo(WithStateMounts().Mounts.Select(mount => mount.HostPath)));

    [Test]
    public void Links_are_made_in_the_root_filesystem_with_their_parents()
    {
        var root = Temporary.MakeDirectory("root");
        using (var rootfs = RootedDirectory.Open(root, (1000, 1001)))
            RootfsPreparation.Apply(rootfs, WithStateMounts());

        using (Assert.EnterMultipleScope())
        {
            Assert.That(TreeListing.Names(root), Is.EquivalentTo((string[])["usr", "usr/lib", "usr/lib/libcuda.so.1"]));
            Assert.That(new FileInfo($"{root}/usr/lib/libcuda.so.1").LinkTarget, Is.EqualTo("libcuda.so.1.2"));
            Assert.That(Command.Status("%u:%g", $"{root}/usr/lib/libcuda.so.1"), Is.EqualTo("1000:1001"));
        }
    }

    [Test]
    public void The_loader_is_told_of_libraries_in_front_of_the_images_and_behind_them()
    {
        Temporary.Write("root/lib64/ld-linux-x86-64.so.2", "a loader");
        var edits = new ContainerEdits
        {
            Libraries = [new("libigdgmm.so.12", "/gpu/libigdgmm.so.12", LibraryArchitecture.X64)],
            FallbackLibraries = [new("libz.so.1", "/gpu/fallback/libz.so.1", LibraryArchitecture.X64)],
        };
        using (var rootfs = RootedDirectory.Open(Temporary.Combine("root"), default))
            RootfsPreparation.Apply(rootfs, edits);

        Assert.That(
            LoaderCacheFile.Parse(File.ReadAllBytes(Temporary.Combine("root/etc/ld.so.cache")))!.Described(),
            Is.EquivalentTo(edits.Libraries.Concat(edits.FallbackLibraries)));
    }

    [Test]
    public void A_root_that_cannot_be_prepared_is_one_sentence()
    {
        var root = Temporary.MakeDirectory("root");
        Temporary.Write("root/usr/lib", "a file where a directory must be");
        using var rootfs = RootedDirectory.Open(root, default);

        Assert.That(Refusal.Of(ErrorCode.RootfsUnwritable, () => RootfsPreparation.Apply(rootfs, WithStateMounts())), Does.Contain("root filesystem").And.Contain("/usr/lib"));
    }

    [Test]
    public void A_cache_that_cannot_be_replaced_is_one_sentence_and_leaves_nothing_behind()
    {
        Temporary.Write("root/lib64/ld-linux-x86-64.so.2", "a loader");
        Temporary.MakeDirectory("root/etc/ld.so.cache");
        using var rootfs = RootedDirectory.Open(Temporary.Combine("root"), default);
        var edits = new ContainerEdits { Libraries = [new("libcuda.so.1", "/usr/lib/libcuda.so.1", LibraryArchitecture.X64)] };

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Refusal.Of(ErrorCode.RootfsUnwritable, () => RootfsPreparation.Apply(rootfs, edits)), Does.Contain("ld.so.cache"));
            TreeListing.AssertNoTemporaries(Temporary.Combine("root"));
        }
    }

    // config.json's texts may hold any character, and a path that ends early names another directory.
    [Test]
    public void A_root_path_with_a_NUL_is_refused() =>
        Assert.That(Refusal.Of(ErrorCode.RootfsUnwritable, () => RootedDirectory.Open($"{Temporary.Path}\0/rootfs", default)), Does.Contain("is no path"));

    private ContainerEdits WithStateMounts() => RootfsPreparation.WithStateMounts(Edits, new StateDirectory(Temporary.Combine("state")));
}
