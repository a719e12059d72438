using GpuRuntime.Security.Tests.Containers;
using GpuRuntime.Security.Tests.Tools;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>
/// What an image has in the place of a device: there is the right node afterwards, or the create fails; what a link leads to is not touched.
/// CVE-2025-31133 was a /dev/null that was none.
/// </summary>
[Category("T10")]
public sealed class DeviceNodeRows : FakeContainerFixture
{
    // NODE is in the container's /dev; DECOY looks like a root filesystem of the machine.
    private const string LinkOut = "ln -s DECOY/etc/ld.so.cache NODE";

    private static readonly string[] Contents =
    [
        LinkOut, "ln -s DECOY/made NODE", "ln -s /proc/1/root/etc/passwd NODE", "ln -s /dev/null NODE", ": >NODE", "mkfifo NODE", "mknod NODE c 1 5", "mknod NODE b 195 0", "mkdir NODE",
        "ln -s NODE NODE",
    ];

    [TestCaseSource(nameof(Contents))]
    public async Task A_node_is_the_right_one_or_the_create_fails(string content)
    {
        var decoy = NewDecoy();
        var before = decoy.Outside();
        await using var container = await StartAsync(content, decoy.FullPath);

        var result = await HookFor(container.StatePath).RunAsync();

        Assert.That(decoy.Outside(), Is.EqualTo(before));
        if (result.ExitCode == 0)
            Assert.That(await KindAsync(container), Is.EqualTo(await RightKindAsync()));
        else
            Assert.That(HookSentence.Of(result), Does.Match("GRT40(01|02|05)"));
    }

    // The runtime leaves nodes to runc, which makes them where /dev is the image's own directory too. runc 1.1 lets what is there be: the container
    // then has its own file in the place of the GPU, and the rules of its cgroup.
    [TestCaseSource(nameof(Contents))]
    public async Task What_is_in_the_place_of_a_node_that_runc_makes_changes_nothing_outside(string content)
    {
        var decoy = NewDecoy();
        var before = decoy.Outside();
        var bundle = await CreateBundleAsync(HookRequest.Of(HookImage.OpenDevice, FirstGpu) with
        {
            Edit = static spec =>
            {
                spec.Remove("hooks");
                var mounts = spec["mounts"]!.AsArray();
                mounts.Remove(mounts.Single(static mount => (string?)mount!["destination"] == "/dev"));
            },
        });
        var node = Path.Combine(bundle.Directory, "rootfs") + FirstGpu;
        (await Command.Of("sh", "-c", In(content, decoy.FullPath, node)).RunAsync()).EnsureSuccess();

        var result = await (Runc("run", "--bundle", bundle.Directory, NewId()) with { Program = Shim }).RunAsync();

        Assert.That(decoy.Outside(), Is.EqualTo(before));
        if (result.ExitCode != 0)
            Assert.That(result.Error, Does.Contain("level=error").Or.Contain("gpu-runtime: GRT"));
    }

    [Test]
    [Category("Control")]
    public async Task A_hook_that_takes_what_is_there_and_changes_its_mode_by_name_changes_the_hosts_file()
    {
        var decoy = NewDecoy();
        var before = decoy.Outside();
        await using var container = await StartAsync(LinkOut, decoy.FullPath);
        var weak = WeakProgram.Hook(Machine.Directory, $"""root=/proc/{container.Pid}/root$root; [ -e "$root{FirstGpu}" ] || mknod "$root{FirstGpu}" c 195 0; chmod 666 {decoy.FullPath}/etc/ld.so.cache""");

        (await (HookFor(container.StatePath) with { Program = weak }).RunAsync()).EnsureSuccess();

        Assert.That(decoy.Outside(), Is.Not.EqualTo(before));
        Assert.That(await KindAsync(container), Is.Not.EqualTo(await RightKindAsync()));
    }

    private async Task<FakeContainer> StartAsync(string content, string decoy)
    {
        var bundle = await CreateBundleAsync(new HookRequest { Capabilities = "utility" });
        return await StartContainerAsync(bundle, populate: In(content, decoy, $"\"$root\"{FirstGpu}"));
    }

    private static string In(string content, string decoy, string node) => content.Replace("DECOY", decoy, StringComparison.Ordinal).Replace("NODE", node, StringComparison.Ordinal);

    private static async Task<string> KindAsync(FakeContainer container, string node) => (await Command.Of("stat", "-c", "%F %t:%T", container.Root + node).RunAsync()).Output.Trim();

    private Task<string> KindAsync(FakeContainer container) => KindAsync(container, FirstGpu);

    private async Task<string> RightKindAsync() => (await Command.Of("stat", "-c", "%F %t:%T", Machine.DevRoot + FirstGpu["/dev".Length..]).RunAsync()).EnsureSuccess().Output.Trim();
}
