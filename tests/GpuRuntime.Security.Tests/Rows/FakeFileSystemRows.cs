using GpuRuntime.Security.Tests.Containers;
using GpuRuntime.Security.Tests.Tools;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>
/// Directories that look like procfs or a cgroup and are none: nothing is written to them, and nothing mounted on them. CVE-2025-52881 had runc's
/// labels written into files of the container's choice.
/// </summary>
[Category("T11")]
public sealed class FakeFileSystemRows : FakeContainerFixture
{
    private const string Params = "proc/driver/nvidia/params";

    // In place of the procfs that the container's first process has mounted.
    private const string FakeProc = $"""
        umount "$root/proc"; mount -t tmpfs tmpfs "$root/proc"; mkdir -p "$root/proc/driver/nvidia" "$root/proc/self/attr"
        echo 'ModifyDeviceFiles: 1' >"$root/{Params}"
        """;

    // In a mount namespace of its own: the rest of the machine keeps its cgroups.
    private const string FakeCgroup = """
        list=$1; shift; directory=${list%/*}
        mount -t tmpfs tmpfs "$directory"; : >"$list"; : >"$directory/devices.allow"
        "$@"; status=$?
        cat "$list" "$directory/devices.allow"
        exit $status
        """;

    [Test]
    public async Task A_proc_that_is_none_refuses_the_hook_and_nothing_of_it_changes()
    {
        await using var container = await StartContainerAsync(await CreateBundleAsync(new HookRequest()), populate: FakeProc);
        var before = await container.SnapshotAsync();

        Assert.That(HookSentence.Of(await HookFor(container.StatePath).RunAsync()), Does.Contain("GRT4007").And.Contain("procfs"));

        Assert.That(await container.SnapshotAsync(), Is.EqualTo(before));
    }

    // The hook that the runtime writes into config.json.
    [Test]
    public async Task The_mask_of_the_drivers_parameters_is_not_put_on_a_file_of_an_image()
    {
        await using var container = await StartContainerAsync(await CreateBundleAsync(new HookRequest()), populate: FakeProc);
        var (before, parameters, host) = (await container.SnapshotAsync(), await ParamsOfAsync(container), HostMountTable());

        var hostFile = Machine.Directory.Combine("host", Params);
        Assert.That(File.Exists(hostFile), "there is nothing to mask");
        var mask = Command.Of(Shim, "mask-nvidia-params", hostFile, Path.Combine(container.Bundle.Directory, "rootfs")) with { InputPath = container.StatePath };
        (await mask.RunAsync()).EnsureSuccess();

        Assert.That(await container.SnapshotAsync(), Is.EqualTo(before));
        Assert.That(await ParamsOfAsync(container), Is.EqualTo(parameters));
        Assert.That(HostMountTable(), Is.EqualTo(host));
    }

    [Test]
    public async Task A_cgroup_that_is_none_refuses_the_hook_and_nothing_is_written_to_it([Values] CgroupVersion version)
    {
        await using var container = await StartContainerAsync(new HookRequest(), version);
        var before = await container.SnapshotAsync();

        var result = await OnFakeCgroupAsync(container, HookFor(container.StatePath));

        Assert.That(result.Output, Is.Empty, "it was written to");
        Assert.That(HookSentence.Of(result), Does.Contain("GRT4008"));
        Assert.That(await container.SnapshotAsync(), Is.EqualTo(before));
    }

    [Test]
    [Category("Control")]
    public async Task A_hook_that_writes_by_name_writes_to_the_fake()
    {
        await using var container = await StartContainerAsync(await CreateBundleAsync(new HookRequest()), populate: FakeProc);
        var before = await ParamsOfAsync(container);
        var directory = Path.GetDirectoryName(container.Cgroup.ToJoin[^1]);
        var weak = WeakProgram.Hook(Machine.Directory, $"""
            echo 'c 195:* rw' >{directory}/devices.allow
            echo 'ModifyDeviceFiles: 0' >/proc/{container.Pid}/root$root/{Params}
            """);

        var result = await OnFakeCgroupAsync(container, HookFor(container.StatePath) with { Program = weak });

        Assert.That(result.EnsureSuccess().Output, Does.Contain("c 195:* rw"));
        Assert.That(await ParamsOfAsync(container), Is.Not.EqualTo(before));
    }

    private static Task<string> ParamsOfAsync(FakeContainer container) => File.ReadAllTextAsync($"{container.Root}/{Params}");

    private static Task<CommandResult> OnFakeCgroupAsync(FakeContainer container, Command hook) => (hook with
    {
        Program = "unshare",
        Arguments = ["--mount", "--propagation", "private", "sh", "-c", FakeCgroup, "sh", container.Cgroup.ToJoin[^1], hook.Program, .. hook.Arguments],
    }).RunAsync();
}
