namespace GpuRuntime.EndToEnd.Tests.Configure;

/// <summary>podman that knows gpu-runtime from containers.conf.d alone. It reads /etc/containers: the row's own, in a mount namespace of the command's.</summary>
public sealed class PodmanConfigurationRows : ConfigureFixture
{
    private string DropIn => Directory.Combine("containers", "containers.conf.d", "99-gpu-runtime.conf");

    [Test]
    public async Task Podman_finds_the_runtime_by_its_name_keeps_the_others_and_knows_it_no_more_after_the_removal()
    {
        WriteSettings();
        var usual = await RuntimeAsync();
        var unknown = await Podman("--runtime", "gpu-runtime", "info").RunAsync();
        (await Configure("podman", DropIn).RunAsync()).EnsureSuccess();
        var named = await RuntimeAsync("--runtime", "gpu-runtime");
        var unnamed = await RuntimeAsync();
        var runc = await RuntimeAsync("--runtime", "runc");
        var refused = await StartAsync("--runtime", "gpu-runtime");
        (await Configure("podman", DropIn, "--default").RunAsync()).EnsureSuccess();
        var byDefault = await RuntimeAsync();
        (await Configure("podman", DropIn, "--remove").RunAsync()).EnsureSuccess();
        var removed = await RuntimeAsync();
        var gone = await Podman("--runtime", "gpu-runtime", "info").RunAsync();

        Assert.Multiple(() =>
        {
            Assert.That(unknown.ExitCode, Is.Not.Zero);
            Assert.That(named, Is.EqualTo($"gpu-runtime {Programs.GpuRuntime}"));
            Assert.That(unnamed, Is.EqualTo(usual));
            Assert.That(runc, Does.Match("^runc /.*/runc$"));
            // No GPU of this number: who says so is the runtime that podman started.
            Assert.That(refused.Error, Does.Contain("gpu-runtime: GRT"), refused.ToString());
            Assert.That(byDefault, Is.EqualTo(named));
            Assert.That(removed, Is.EqualTo(usual));
            Assert.That(gone.ExitCode, Is.Not.Zero);
            Assert.That(DropIn, Does.Not.Exist);
        });
    }

    [TearDown]
    public async Task StopWhatPodmanLeftAsync()
    {
        PrivateProcesses.KillAll(Directory.FullPath);
        await Cgroups.RemoveAsync(Path.GetFileName(Directory.FullPath));
    }

    private async Task<string> RuntimeAsync(params string[] options) =>
        (await Podman([.. options, "info", "--format", "{{.Host.OCIRuntime.Name}} {{.Host.OCIRuntime.Path}}"]).RunAsync()).EnsureSuccess().Output.Trim();

    private Task<CommandResult> StartAsync(params string[] options) => Podman(
    [
        .. options, "run", "--rm", "--network", "none", "--cgroup-parent", "/" + Path.GetFileName(Directory.FullPath), "--env", "GPU_RUNTIME_GPUS=device=4711",
        "--rootfs", TestImage.Busybox(Directory).RootfsDirectory, "true",
    ]).RunAsync();

    private Command Podman(params ReadOnlySpan<string> arguments) => Command.Of(
        "unshare",
        [
            "--mount", "--propagation", "private", "sh", "-c", """mount --bind "$1" /etc/containers && shift && exec "$@" """, "sh", Directory.Combine("containers"),
            Available(() => Programs.Engine("podman")), "--root", Directory.Combine("root"), "--runroot", Directory.Combine("run"), "--tmpdir", Directory.Combine("tmp"), "--cgroup-manager", "cgroupfs", .. arguments,
        ]).WithEnvironment("CONTAINERS_CONF", null).WithEnvironment("HOME", Directory.FullPath);

    private void WriteSettings()
    {
        Write("containers/policy.json", """{"default": [{"type": "insecureAcceptAnything"}]}""");
        Write("containers/containers.conf.d/00-row.conf", PrivatePodman.UsualSettings);
    }
}
