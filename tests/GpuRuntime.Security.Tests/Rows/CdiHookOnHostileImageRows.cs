using GpuRuntime.Security.Tests.Containers;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>
/// The same images for the hook of a CDI specification: it makes links in directories of libraries, extends the loader's files
/// and mounts small files of its own. The driver's files are not mounted, so that it is our hook and not runc that comes first.
/// </summary>
[Category("T1")]
[Category("T3")]
[Category("T7")]
[Category("T10")]
public sealed class CdiHookOnHostileImageRows() : HostileImageFixture(HookVerb.Cdi)
{
    private const string Profile = "etc/nvidia/nvidia-application-profiles-rc.d/10-container.conf";
    private const string LinkToCuda = "usr/lib/x86_64-linux-gnu/libcuda.so";

    private static readonly string[] Places =
    [
        "etc", "etc/ld.so.cache", "etc/ld.so.cache~", "etc/ld.so.conf", "etc/ld.so.conf.d", "etc/ld.so.conf.d/zz-gpu-runtime.conf", "etc/nvidia", Profile, "usr", "usr/lib",
        "usr/lib/x86_64-linux-gnu", LinkToCuda, "usr/lib/x86_64-linux-gnu/vdpau", "run", "sbin", "usr/local/cuda/compat",
    ];

    [Test]
    public Task A_link_out_of_the_image_changes_nothing_outside([ValueSource(nameof(Places))] string place) => AssertNoLinkLeadsOutAsync(place, FewTargets);

    [Test]
    public Task A_chain_of_links_out_of_the_image_changes_nothing_outside([Values("etc", "usr/lib/x86_64-linux-gnu", LinkToCuda, Profile)] string place) =>
        AssertNoChainLeadsOutAsync(place);

    [Test]
    public Task A_configuration_of_the_loader_that_includes_itself_hangs_nothing() => AssertOddFileHangsNothingAsync("etc/ld.so.conf", Includes);

    [Test]
    public Task Odd_files_hang_and_break_nothing(
        [Values("etc/ld.so.cache", "etc/ld.so.conf", "etc/ld.so.conf.d", LinkToCuda, Profile, "usr/lib")] string place,
        [Values("mkfifo PATH", "mkdir PATH", "mknod PATH c 1 5", "truncate --size 8G PATH", "ln -s PATH PATH")] string make) =>
        AssertOddFileHangsNothingAsync(place, make);

    // What a dangling link says is not made, neither outside nor inside.
    [Test]
    public async Task A_dangling_link_in_the_place_of_a_file_that_is_mounted_fails_the_create()
    {
        var bundle = await CreateBundleAsync(new HookRequest());
        await ReplaceAsync(bundle, Profile, static path => File.CreateSymbolicLink(path, "/made-by-the-hook"));

        var result = await RunAsync(bundle);

        Assert.That(HookSentence.In(result), Does.Contain("GRT4002").And.Contain(Profile));
        Assert.That(File.Exists(Path.Combine(bundle.Directory, "rootfs/made-by-the-hook")), Is.False);
        Assert.That(File.Exists("/made-by-the-hook"), Is.False);
    }

    [Test]
    public async Task A_link_of_the_images_in_the_place_of_one_of_ours_is_replaced_and_what_it_leads_to_stays() =>
        Assert.That(await AssertLinkIsReplacedAsync(LinkToCuda), Is.EqualTo("libcuda.so.1"));

    // runc 1.1 itself follows such a link when it makes /dev/fd and the like: no more than that may come of our hook.
    [Test]
    public async Task Where_dev_itself_leads_out_the_hook_adds_nothing_to_what_runc_alone_leaves_there()
    {
        var left = new List<string[]>();
        foreach (var hooks in (bool[])[false, true])
        {
            var decoy = Machine.Directory.CreateSubdirectory($"dev-{Guid.NewGuid():N}");
            var bundle = await CreateBundleAsync(new HookRequest { Edit = spec => _ = hooks || spec.Remove("hooks") });
            await ReplaceAsync(bundle, "dev", path => File.CreateSymbolicLink(path, decoy));
            AssertStartedOrSaysWhy(await RunAsync(bundle));
            left.Add((await Command.Of("find", decoy, "-mindepth", "1", "-printf", "%P\n").RunAsync()).EnsureSuccess().Lines);
        }

        Assert.That(left[1], Is.SubsetOf(left[0]));
    }
}
