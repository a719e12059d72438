using GpuRuntime.Security.Tests.Containers;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>
/// The same images for the runtime, which makes links and the loader's files in a root filesystem that nobody has entered yet; files and nodes it
/// leaves to runc.
/// </summary>
[Category("T1")]
[Category("T3")]
[Category("T7")]
[Category("T10")]
public sealed class RuntimeOnHostileImageRows() : HostileImageFixture(HookVerb.Runtime)
{
    private const string LinkToCuda = "usr/lib/x86_64-linux-gnu/libcuda.so";

    private static readonly string[] Places =
    [
        "etc", "etc/ld.so.cache", "etc/ld.so.cache~", "etc/ld.so.conf", "etc/ld.so.conf.d", "etc/ld.so.conf.d/zz-gpu-runtime.conf", "etc/nvidia", "etc/vulkan", "usr", "usr/bin",
        "usr/bin/nvidia-smi", "usr/lib", "usr/lib/x86_64-linux-gnu", LinkToCuda, "usr/lib/x86_64-linux-gnu/vdpau", "LIBRARY", "usr/lib/firmware", "usr/share", "dev/dri", "run",
        "sbin", "usr/local/cuda/compat",
    ];

    [Test]
    public Task A_link_out_of_the_image_changes_nothing_outside([ValueSource(nameof(Places))] string place) => AssertNoLinkLeadsOutAsync(place, ["/proc/1/root", Upwards + Decoyed, Decoyed]);

    [Test]
    public Task A_chain_of_links_out_of_the_image_changes_nothing_outside([Values("etc", "usr/lib/x86_64-linux-gnu", LinkToCuda, "LIBRARY")] string place) =>
        AssertNoChainLeadsOutAsync(place);

    [Test]
    public Task A_configuration_of_the_loader_that_includes_itself_hangs_nothing() => AssertOddFileHangsNothingAsync("etc/ld.so.conf", Includes);

    [Test]
    public Task Odd_files_hang_and_break_nothing(
        [Values("etc/ld.so.cache", "etc/ld.so.conf", "etc/ld.so.conf.d", LinkToCuda, "usr/lib")] string place,
        [Values("mkfifo PATH", "mkdir PATH", "mknod PATH c 1 5", "truncate --size 8G PATH", "ln -s PATH PATH")] string make) =>
        AssertOddFileHangsNothingAsync(place, make);

    [Test]
    public async Task A_link_of_the_images_in_the_place_of_a_file_of_ours_is_replaced_and_what_it_leads_to_stays(
        [Values(LinkToCuda, "etc/ld.so.cache", "etc/ld.so.conf.d/zz-gpu-runtime.conf")] string place) =>
        Assert.That(await AssertLinkIsReplacedAsync(place), Is.Not.EqualTo("/elsewhere"));

    // runc 1.1 makes what a link says that leads nowhere, inside of the root: on the host there must be nothing.
    [Test]
    public async Task A_dangling_link_in_the_place_of_a_library_makes_no_file_on_the_host()
    {
        var made = Machine.Directory.Combine($"made-{Guid.NewGuid():N}");
        var bundle = await CreateBundleAsync(new HookRequest());
        await ReplaceAsync(bundle, "LIBRARY", path => File.CreateSymbolicLink(path, made));

        AssertStartedOrSaysWhy(await RunAsync(bundle));

        Assert.That(File.Exists(made), Is.False);
    }
}
