using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>
/// Images whose files lead out of them. Whatever is prepared for the driver lands inside the container's root, or the create fails with a
/// sentence: nothing outside changes.
/// </summary>
public sealed class RootfsSafetyRows : BundleFixture
{
    private const string Upwards = "../../../../../../../../..";

    // What a preparation that leaves the root would write to, on the machine itself.
    private static readonly string[] Guarded =
    [
        "/", "/dev", "/dev/dri", "/etc", "/etc/ld.so.conf.d", "/etc/nvidia", "/etc/vulkan", "/usr", "/usr/bin", "/usr/lib", "/usr/lib/x86_64-linux-gnu",
        "/usr/lib/x86_64-linux-gnu/vdpau", "/usr/lib/x86_64-linux-gnu/gbm", "/usr/lib/i386-linux-gnu", "/usr/lib/firmware", "/usr/share", "/usr/share/nvidia",
    ];

    private static readonly string[] Places =
    [
        "etc", "etc/ld.so.cache", "etc/ld.so.conf", "etc/ld.so.conf.d", "etc/ld.so.conf.d/zz-gpu-runtime.conf", "etc/nvidia", "etc/vulkan",
        "usr", "usr/bin", "usr/lib", "usr/lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu/libcuda.so.1", "usr/lib/x86_64-linux-gnu/vdpau",
        "usr/lib/i386-linux-gnu", "usr/lib/firmware", "usr/share", "dev/dri", "lib", "run", "var/run",
    ];

    // DECOY is a directory on the machine that looks like a root filesystem itself.
    private static readonly string[] Targets = ["/", Upwards, "/proc/self/root", "/proc/1/root", "DECOY", Upwards + "DECOY"];

    private static readonly string[] LoaderFiles =
    [
        "etc/ld.so.cache", "etc/ld.so.conf", "etc/ld.so.conf.d", "etc/ld.so.conf.d/zz-gpu-runtime.conf", "usr/lib/x86_64-linux-gnu/libcuda.so.1",
        "usr/lib/i386-linux-gnu",
    ];

    private TestImage? _glibc;

    [Test]
    public async Task A_link_out_of_the_image_changes_nothing_outside(
        [ValueSource(nameof(Places))] string place, [ValueSource(nameof(Targets))] string target)
    {
        var decoy = await DecoyAsync();
        var before = Outside(decoy);
        var bundle = await CreateAsync();
        var path = Path.Combine(bundle.Directory, "rootfs", place);
        (await Command.Of("rm", "-rf", path).RunAsync()).EnsureSuccess();
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.CreateSymbolicLink(path, target.Replace("DECOY", decoy, StringComparison.Ordinal));

        var result = await RunAsync(bundle);

        Assert.That(Outside(decoy), Is.EqualTo(before));
        AssertStartedOrSaysWhy(result);
    }

    // runc 1.1 itself follows such a link when it makes /dev/fd and the like: no more than that may come of a GPU.
    [Test]
    public async Task Where_dev_itself_leads_out_a_GPU_adds_nothing_to_what_runc_alone_leaves_there()
    {
        var left = new List<string[]>();
        foreach (var devices in (string[])["void", "all"])
        {
            var decoy = Machine.Directory.CreateSubdirectory($"decoy-{Guid.NewGuid():N}");
            var bundle = await CreateAsync(devices);
            Directory.Delete(Path.Combine(bundle.Directory, "rootfs/dev"));
            File.CreateSymbolicLink(Path.Combine(bundle.Directory, "rootfs/dev"), decoy);
            AssertStartedOrSaysWhy(await RunAsync(bundle));
            left.Add([.. Directory.EnumerateFileSystemEntries(decoy).Select(static path => Path.GetFileName(path))]);
        }

        Assert.That(left[1], Is.SubsetOf(left[0]));
    }

    [Test]
    public async Task A_chain_of_links_out_of_the_image_changes_nothing_outside([Values("etc", "usr/lib/x86_64-linux-gnu", "usr/bin")] string place)
    {
        var decoy = await DecoyAsync();
        var before = Outside(decoy);
        var bundle = await CreateAsync();
        var rootfs = Path.Combine(bundle.Directory, "rootfs");
        (await Command.Of("rm", "-rf", Path.Combine(rootfs, place)).RunAsync()).EnsureSuccess();
        File.CreateSymbolicLink(Path.Combine(rootfs, "first"), "../../../../proc/self/../../../../" + decoy);
        File.CreateSymbolicLink(Path.Combine(rootfs, "second"), "/first");
        File.CreateSymbolicLink(Path.Combine(rootfs, place), "/second/./../second");

        var result = await RunAsync(bundle);

        Assert.That(Outside(decoy), Is.EqualTo(before));
        AssertStartedOrSaysWhy(result);
    }

    [Test]
    public async Task Links_in_a_circle_end_in_a_sentence([ValueSource(nameof(Places))] string place)
    {
        var bundle = await CreateAsync();
        var path = Path.Combine(bundle.Directory, "rootfs", place);
        (await Command.Of("rm", "-rf", path).RunAsync()).EnsureSuccess();
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.CreateSymbolicLink(path, "/" + place);

        AssertStartedOrSaysWhy(await RunAsync(bundle));
    }

    [Test]
    public async Task Odd_files_in_the_place_of_the_loaders_hang_and_break_nothing(
        [ValueSource(nameof(LoaderFiles))] string place,
        [Values("a FIFO", "a directory", "a full directory", "a device", "a huge file", "garbage", "nothing")] string kind)
    {
        var bundle = await CreateAsync();
        var path = Path.Combine(bundle.Directory, "rootfs", place);
        (await Command.Of("rm", "-rf", path).RunAsync()).EnsureSuccess();
        await MakeAsync(path, kind);

        var result = await RunAsync(bundle);

        AssertStartedOrSaysWhy(result);
        if (place == "etc/ld.so.cache" && kind is not ("a directory" or "a full directory"))
            Assert.That(File.GetAttributes(path), Is.EqualTo(FileAttributes.Normal), "the container has no cache that its loader can read");
    }

    private static async Task MakeAsync(string path, string kind)
    {
        switch (kind)
        {
            case "a FIFO":
                (await Command.Of("mkfifo", path).RunAsync()).EnsureSuccess();
                break;
            case "a directory":
                Directory.CreateDirectory(path);
                break;
            case "a full directory":
                await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(path).FullName, "file"), "");
                break;
            case "a device":
                // /dev/zero: what reads it reads for ever.
                (await Command.Of("mknod", path, "c", "1", "5").RunAsync()).EnsureSuccess();
                break;
            case "a huge file":
                (await Command.Of("truncate", "--size", "8G", path).RunAsync()).EnsureSuccess();
                break;
            case "garbage":
                await File.WriteAllBytesAsync(path, [.. "glibc-ld.so.cache1.1"u8, .. Enumerable.Repeat((byte)0xff, 1000)]);
                break;
        }
    }

    // The program that runs is static and lies at the top of the root, so that no link in the image keeps it from starting.
    private async Task<Bundle> CreateAsync(string devices = "all")
    {
        var options = BundleEngine.DefaultOptions with { Env = ["NVIDIA_DRIVER_CAPABILITIES=all"] };
        var request = ContainerRequest.Of(_glibc!, "/opendev", "/nothing").With("NVIDIA_VISIBLE_DEVICES", devices);
        var bundle = await Bundles.CreateBundleAsync(NewId(), request, options);
        File.Copy(Path.Combine(Busybox.RootfsDirectory, "bin/opendev"), Path.Combine(bundle.Directory, "rootfs/opendev"));
        return bundle;
    }

    private async Task<CommandResult> RunAsync(Bundle bundle) =>
        await (Shim("--root", Bundles.StateRoot, "run", "--bundle", bundle.Directory, NewId()) with { Limit = TimeSpan.FromSeconds(30) }).RunAsync();

    private static void AssertStartedOrSaysWhy(CommandResult result)
    {
        if (result.ExitCode == 0)
            Assert.That(result.Output, Is.EqualTo($"/nothing: {Probe.Absent}\n"));
        else if (!result.Error.Contains("level=error msg=\"runc ", StringComparison.Ordinal))
            Assert.That(ErrorLine.In(result.Error), Does.Contain("GRT400").And.Not.Contain("Exception"));
    }

    private async Task<string> DecoyAsync()
    {
        var decoy = Machine.Directory.CreateSubdirectory($"decoy-{Guid.NewGuid():N}");
        foreach (var directory in (string[])
            ["etc/ld.so.conf.d", "dev/dri", "usr/bin", "usr/lib/x86_64-linux-gnu/vdpau", "usr/lib/i386-linux-gnu", "run", "lib", "ld.so.conf.d"])
            Directory.CreateDirectory(Path.Combine(decoy, directory));
        foreach (var file in (string[])
            ["etc/ld.so.cache", "etc/ld.so.conf", "ld.so.cache", "ld.so.conf", "usr/lib/x86_64-linux-gnu/libcuda.so.1", "libcuda.so.1"])
            await File.WriteAllTextAsync(Path.Combine(decoy, file), "the machine's own\n");
        return decoy;
    }

    private static string Outside(string decoy) => string.Join('\n',
    [
        FileListing.Of(decoy), .. Guarded.Where(Directory.Exists).Select(static directory => FileListing.OfEntries(directory)),
        FileListing.OfEntries("/run", "nvidia*"), FileListing.OfEntries("/tmp", "nvidia*"),
    ]);

    private protected override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        _glibc = TestImage.Glibc(Machine.Directory);
    }
}
