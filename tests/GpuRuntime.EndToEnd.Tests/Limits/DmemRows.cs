using System.Globalization;
using System.Text.Json.Nodes;
using GpuRuntime.EndToEnd.Tests.Vendors;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Limits;

/// <summary>
/// Limits that real runc writes to the kernel's dmem controller. The host's sysfs says that there is one; where the machine's kernel has none, strace
/// puts a file of the test's into the place of <c>dmem.max</c> when runc opens it.
/// </summary>
public sealed class DmemRows() : VendorFixture(EngineKind.RuncOnCgroupV2, VendorHosts.Mi210Pair)
{
    private const string First = "drm/0000:43:00.0/vram";
    private const string Second = "drm/0000:c3:00.0/vram";
    private const string TellTier = "echo $GPU_RUNTIME_MEMORY_LIMIT $GPU_RUNTIME_MEMORY_TIER";

    // A descriptor that runc inherits, and strace answers runc's openat2(2) with.
    private const string OnAFakeFile = """exec 9>>"$1" && relative=$2 && shift 2 && exec strace -f -qq -o /dev/null -e trace=openat2 -P "$relative" -e inject=openat2:retval=9 "$@" """;

    private BundleEngine Bundles => (BundleEngine)Engine;

    [TestCase("amd:0,memory=2GiB", "2147483648", $"{First} 2147483648")]
    [TestCase("amd:1,memory=2GB", "1999634432", $"{Second} 1999634432")]
    [TestCase("amd:all,memory=4g", "4294967296", $"{First} 4294967296\n{Second} 4294967296")]
    public async Task Runc_writes_the_limit_of_each_GPU_on_a_fake_dmem_file(string request, string limit, string written)
    {
        var (id, bundle) = await CreateBundleAsync(request);
        var capture = Path.Combine(bundle.Directory, "dmem.max");

        var result = await Bundles.Complete(Command.Of(
            "sh", "-c", OnAFakeFile, "sh", capture, $"{CgroupsPath(bundle)}/dmem.max", Programs.GpuRuntime, "--root", Bundles.StateRoot, "run", "--bundle", bundle.Directory, id)).RunAsync();

        Assert.That(result.EnsureSuccess().Output, Is.EqualTo($"{limit} kernel\n"));
        // runc before 1.2 writes the whole value at once, later ones each line by itself.
        Assert.That((await File.ReadAllTextAsync(capture)).Replace($"\n{Second}", Second, StringComparison.Ordinal), Is.EqualTo(written.Replace("\n", "", StringComparison.Ordinal)));
    }

    [Test]
    public async Task What_runc_says_to_a_kernel_without_the_controller_is_shown_as_it_is_and_nothing_stays_held()
    {
        if (File.Exists("/sys/fs/cgroup/dmem.capacity"))
            Assert.Ignore("this machine's kernel has the dmem controller");
        var (id, bundle) = await CreateBundleAsync("amd:0,memory=2GiB");

        var result = await Bundles.Runtime(RuntimeNames.GpuRuntime, "run", "--bundle", bundle.Directory, id).RunAsync();

        Assert.That(result.ExitCode, Is.Not.Zero, result.ToString());
        Assert.That(result.Error, Does.Contain("unified resource \\\"dmem.max\\\" can't be set: controller \\\"dmem\\\" not available").And.Not.Contain("GRT"));
        var held = await Bundles.Complete(Command.Of(Programs.GpuRuntime, "allocations")).RunAsync();
        Assert.That(held.EnsureSuccess().Output, Is.EqualTo("No container holds a GPU.\n"));
    }

    [Test]
    public async Task Whoever_inspects_the_bundle_sees_the_limit_and_what_holds_it()
    {
        var (id, bundle) = await CreateBundleAsync("amd:0,memory=2GiB");

        await Bundles.Runtime(RuntimeNames.GpuRuntime, "run", "--bundle", bundle.Directory, id).RunAsync();

        var config = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(bundle.Directory, "config.json")))!;
        Assert.That((string?)config["annotations"]!["gpu-runtime.io/memory-limit"], Is.EqualTo((2L << 30).ToString(CultureInfo.InvariantCulture)));
        Assert.That((string?)config["annotations"]!["gpu-runtime.io/memory-tier"], Is.EqualTo("kernel"));
    }

    private protected override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        var cgroups = Directory.CreateDirectory(Path.Combine(((MixedMachine)Machine).Host.SysRoot, "fs/cgroup")).FullName;
        await File.WriteAllTextAsync(Path.Combine(cgroups, "cgroup.controllers"), "cpu memory pids dmem\n");
        await File.WriteAllTextAsync(Path.Combine(cgroups, "dmem.capacity"), $"{First} {64L << 30}\n{Second} {64L << 30}\n");
    }

    private async Task<(string Id, Bundle Bundle)> CreateBundleAsync(string request)
    {
        _ = Programs.Engine("strace");
        var id = $"c{Guid.NewGuid():N}";
        return (id, await Bundles.CreateBundleAsync(id, Asking([$"GPU_RUNTIME_GPUS={request}"], ["sh", "-c", TellTier])));
    }

    // As runc opens it, relative to /sys/fs/cgroup.
    private static string CgroupsPath(Bundle bundle) =>
        ((string)JsonNode.Parse(File.ReadAllText(Path.Combine(bundle.Directory, "config.json")))!["linux"]!["cgroupsPath"]!)[1..];
}
