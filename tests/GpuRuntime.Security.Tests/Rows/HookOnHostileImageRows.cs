using GpuRuntime.Security.Tests.Containers;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>Images whose files lead out of them (T1, T3, T7): nothing outside changes; the create fails with a sentence, or the file lands inside.</summary>
public sealed class HookOnHostileImageRows : HookFixture
{
    private const string Upwards = "../../../../../../../../..";

    private static readonly string[] Places =
    [
        "etc", "etc/ld.so.cache", "etc/ld.so.conf", "etc/ld.so.conf.d", "etc/ld.so.conf.d/zz-gpu-runtime.conf", "etc/nvidia", "etc/vulkan", "usr", "usr/bin",
        "usr/bin/nvidia-smi", "usr/lib", "usr/lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu/libcuda.so.1", "usr/lib/x86_64-linux-gnu/vdpau", "LIBRARY",
        "usr/lib/firmware", "usr/share", "dev/dri", "run", "var/run", "usr/local/cuda/compat",
    ];

    // DECOY is a directory on the machine that looks like a root filesystem itself.
    private static readonly string[] Targets = ["/", Upwards, "/proc/self/root", "/proc/1/root", "DECOY", Upwards + "DECOY", "/nowhere/at/all"];

    [Test]
    public async Task A_link_out_of_the_image_changes_nothing_outside([ValueSource(nameof(Places))] string place)
    {
        foreach (var target in Targets)
        {
            var decoy = NewDecoy();
            var before = decoy.Outside();
            var bundle = await CreateBundleAsync(new HookRequest());
            await ReplaceAsync(bundle, place, path => File.CreateSymbolicLink(path, target.Replace("DECOY", decoy.FullPath, StringComparison.Ordinal)));

            var result = await RunAsync(bundle);

            Assert.That(decoy.Outside(), Is.EqualTo(before), target);
            AssertStartedOrSaysWhy(result);
        }
    }

    [Test]
    public async Task A_chain_of_links_out_of_the_image_changes_nothing_outside([Values("etc", "usr/lib/x86_64-linux-gnu", "usr/bin", "LIBRARY")] string place)
    {
        var decoy = NewDecoy();
        var before = decoy.Outside();
        var bundle = await CreateBundleAsync(new HookRequest());
        File.CreateSymbolicLink(Path.Combine(bundle.Directory, "rootfs/first"), "../../../../proc/self/../../../../" + decoy.FullPath);
        File.CreateSymbolicLink(Path.Combine(bundle.Directory, "rootfs/second"), "/first");
        await ReplaceAsync(bundle, place, static path => File.CreateSymbolicLink(path, "/second/./../second"));

        var result = await RunAsync(bundle);

        Assert.That(decoy.Outside(), Is.EqualTo(before));
        AssertStartedOrSaysWhy(result);
    }

    [Test]
    public async Task Odd_files_hang_and_break_nothing(
        [Values("etc/ld.so.cache", "etc/ld.so.conf", "etc/ld.so.conf.d", "LIBRARY", "usr/lib/x86_64-linux-gnu/libcuda.so.1", "usr/bin/nvidia-smi", "usr/lib")] string place,
        [Values("mkfifo PATH", "mkdir PATH", "mknod PATH c 1 5", "truncate --size 8G PATH", "ln -s PATH PATH")] string make)
    {
        var bundle = await CreateBundleAsync(new HookRequest());
        await ReplaceAsync(bundle, place, path => Command.Of("sh", "-c", make.Replace("PATH", path, StringComparison.Ordinal)).RunAsync().GetAwaiter().GetResult().EnsureSuccess());

        AssertStartedOrSaysWhy(await RunAsync(bundle));
    }

    // T3: what a dangling link says is not made, neither outside nor inside.
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

    private async Task ReplaceAsync(Bundle bundle, string place, Action<string> make)
    {
        var path = Path.Combine(bundle.Directory, "rootfs", place == "LIBRARY" ? LibraryOfCuda : place);
        (await Command.Of("rm", "-rf", path).RunAsync()).EnsureSuccess();
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        make(path);
    }

    private static void AssertStartedOrSaysWhy(CommandResult result)
    {
        if (result.ExitCode == 0)
            Assert.That(result.Output, Does.Contain("/nothing: ENOENT"));
        else if (result.Error.Contains("running hook", StringComparison.Ordinal))
            Assert.That(HookSentence.In(result), Does.Match("GRT40(01|02|05)"));
        else
            Assert.That(result.Error, Does.Contain("level=error msg=\"runc run failed"));
    }
}
