using GpuRuntime.Security.Tests.Containers;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>Images whose files lead out of them: nothing outside changes; the create fails with a sentence, or the file lands inside.</summary>
[Category("T1")]
[Category("T3")]
[Category("T7")]
[Category("T10")]
public sealed class HookOnHostileImageRows : HostileImageFixture
{
    private static readonly string[] Places =
    [
        "etc", "etc/ld.so.cache", "etc/ld.so.conf", "etc/ld.so.conf.d", "etc/ld.so.conf.d/zz-gpu-runtime.conf", "etc/nvidia", "etc/vulkan", "usr", "usr/bin",
        "usr/bin/nvidia-smi", "usr/lib", "usr/lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu/libcuda.so.1", "usr/lib/x86_64-linux-gnu/vdpau", "LIBRARY",
        "usr/lib/firmware", "usr/share", "dev/dri", "run", "var/run", "usr/local/cuda/compat",
    ];

    [Test]
    public Task A_link_out_of_the_image_changes_nothing_outside([ValueSource(nameof(Places))] string place) => AssertNoLinkLeadsOutAsync(place, Targets);

    [Test]
    public Task A_chain_of_links_out_of_the_image_changes_nothing_outside([Values("etc", "usr/lib/x86_64-linux-gnu", "usr/bin", "LIBRARY")] string place) =>
        AssertNoChainLeadsOutAsync(place);

    [Test]
    public Task A_configuration_of_the_loader_that_includes_itself_hangs_nothing() => AssertOddFileHangsNothingAsync("etc/ld.so.conf", Includes);

    [Test]
    public Task Odd_files_hang_and_break_nothing(
        [Values("etc/ld.so.cache", "etc/ld.so.conf", "etc/ld.so.conf.d", "LIBRARY", "usr/lib/x86_64-linux-gnu/libcuda.so.1", "usr/bin/nvidia-smi", "usr/lib")] string place,
        [Values("mkfifo PATH", "mkdir PATH", "mknod PATH c 1 5", "truncate --size 8G PATH", "ln -s PATH PATH")] string make) =>
        AssertOddFileHangsNothingAsync(place, make);

    // What a dangling link says is not made, neither outside nor inside.
    [Test]
    public async Task A_dangling_link_in_the_place_of_a_library_fails_the_create()
    {
        var bundle = await CreateBundleAsync(new HookRequest());
        await ReplaceAsync(bundle, "LIBRARY", static path => File.CreateSymbolicLink(path, "/made-by-the-hook"));

        var result = await RunAsync(bundle);

        Assert.That(HookSentence.In(result), Does.Contain("GRT4002").And.Contain(LibraryOfCuda));
        Assert.That(File.Exists(Path.Combine(bundle.Directory, "rootfs/made-by-the-hook")), Is.False);
        Assert.That(File.Exists("/made-by-the-hook"), Is.False);
    }

    // runc 1.1 itself follows such a link when it makes /dev/fd and the like: no more than that may come of a GPU.
    [Test]
    public async Task Where_dev_itself_leads_out_a_GPU_adds_nothing_to_what_runc_alone_leaves_there()
    {
        var left = new List<string[]>();
        foreach (var devices in (string[])["void", "all"])
        {
            var decoy = Machine.Directory.CreateSubdirectory($"dev-{Guid.NewGuid():N}");
            var bundle = await CreateBundleAsync(new HookRequest { Devices = devices });
            await ReplaceAsync(bundle, "dev", path => File.CreateSymbolicLink(path, decoy));
            AssertStartedOrSaysWhy(await RunAsync(bundle));
            left.Add([.. Directory.EnumerateFileSystemEntries(decoy).Select(Path.GetFileName).OfType<string>()]);
        }

        Assert.That(left[1], Is.SubsetOf(left[0]));
    }
}
