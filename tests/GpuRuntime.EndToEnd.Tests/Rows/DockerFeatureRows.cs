using System.Globalization;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>What else people do with containers under Docker: the GPU is there in each of them.</summary>
[TestFixture(EngineKind.DockerOnCgroupV1)]
[TestFixture(EngineKind.DockerOnCgroupV2)]
public sealed class DockerFeatureRows(EngineKind kind) : DockerFixture(kind)
{
    private const string DriverDirectory = "/usr/lib/x86_64-linux-gnu";

    private TestImage? _glibc;

    private string Load => string.Join(' ', Probe.Load("libcuda.so.1", "libnvidia-ml.so.1"));

    [TestCase("--init")]
    [TestCase("--pid", "host")]
    [TestCase("--ipc", "host")]
    [TestCase("--ipc", "shareable")]
    [TestCase("--uts", "host")]
    [TestCase("--cgroupns", "host")]
    [TestCase("--cgroupns", "private")]
    [TestCase("--security-opt", "seccomp=unconfined")]
    [TestCase("--workdir", "/tmp")]
    [TestCase("--entrypoint", "/bin/sh")]
    [TestCase("--init", "--user", "1000:1000", "--cap-drop", "ALL")]
    public async Task The_GPU_opens_and_the_libraries_resolve(params string[] options)
    {
        string[] nodes = [.. HostNodes.OfGpus(Host, 0, 4), .. HostNodes.ForCompute];
        string[] shell = options.Contains("--entrypoint") ? [] : ["sh"];
        await SkipUnlessRuncCanAsync(options);

        var script = $"{string.Join(' ', Probe.Open(nodes))}; exec {Load}";
        var result = await Docker.RunAsync(Asking(_glibc!, "0,4", [.. shell, "-c", script]).WithOptions(options));

        Probe.AssertAllOpen(result, nodes);
        Assert.That(result.ExitCode, Is.Zero, result.ToString());
    }

    [TestCase(DriverDirectory + "/own-directory")]
    [TestCase(DriverDirectory + "/vdpau")]
    [TestCase(DriverDirectory + "/gbm")]
    [TestCase("/usr/lib/firmware")]
    [TestCase("/usr/share/vulkan")]
    [TestCase("/usr/local/bin")]
    public async Task A_volume_below_the_drivers_directories_keeps_its_files_and_the_driver_works(string destination)
    {
        var volume = Machine.Directory.CreateSubdirectory("volumes", $"{Guid.NewGuid():N}");
        await File.WriteAllTextAsync(Path.Combine(volume, "own"), "the user's own\n");
        var node = HostNodes.OfGpus(Host, 0).Single();

        var result = await Docker.RunAsync(Asking(_glibc!, "0", ["sh", "-c", $"cat {destination}/own && /bin/opendev {node} && exec {Load}"])
            .With("NVIDIA_DRIVER_CAPABILITIES", "all")
            .WithOptions("--volume", $"{volume}:{destination}"));

        Probe.AssertAllOpen(result.EnsureSuccess(), node);
        Assert.That(result.Lines[0], Is.EqualTo("the user's own"));
        Assert.That(await File.ReadAllTextAsync(Path.Combine(volume, "own")), Is.EqualTo("the user's own\n"));
    }

    [TestCase(DriverDirectory + "/own-directory")]
    [TestCase("/usr/local/bin")]
    public async Task A_read_only_volume_beside_the_drivers_files_does_not_keep_the_container_from_starting(string destination)
    {
        var volume = Machine.Directory.CreateSubdirectory("volumes", $"{Guid.NewGuid():N}");

        var result = await Docker.RunAsync(Asking(_glibc!, "0", ["sh", "-c", Load])
            .With("NVIDIA_DRIVER_CAPABILITIES", "all")
            .WithOptions("--volume", $"{volume}:{destination}:ro"));

        Assert.That(result.ExitCode, Is.Zero, result.ToString());
    }

    [TestCase]
    [TestCase("--user", "1000:1000")]
    public async Task Docker_exec_sees_the_GPU_and_the_libraries(params string[] options)
    {
        string[] nodes = [.. HostNodes.OfGpus(Host, 2), .. HostNodes.ForCompute];
        var id = await Docker.StartContainerAsync(Asking(_glibc!, "2", ["sleep", "1000"]));

        var opened = await Docker.DockerAsync(["exec", .. options, id, .. Probe.Open(nodes)]);
        var loaded = await Docker.DockerAsync(["exec", .. options, id, .. Probe.Load("libcuda.so.1", "libnvidia-ml.so.1")]);

        Probe.AssertAllOpen(opened, nodes);
        Assert.That(loaded.ExitCode, Is.Zero, loaded.ToString());
        Assert.That((await Docker.DockerAsync(["exec", .. options, id, .. Probe.ListNodes])).Lines, Is.EquivalentTo(nodes));
    }

    [Test]
    public async Task A_user_who_is_not_root_opens_the_render_node_by_the_group_that_comes_with_it()
    {
        var node = $"/dev/dri/renderD{Host.Gpus[3].RenderNumber}";

        var result = await Docker.RunAsync(Asking(_glibc!, "3", ["sh", "-c", $"id -u; id -g; stat -c '%a %g' {node}; /bin/opendev {node}"])
            .With("NVIDIA_DRIVER_CAPABILITIES", "graphics")
            .WithOptions("--user", "1000:1000"));

        Assert.That(result.EnsureSuccess().Lines, Is.EqualTo((string[])["1000", "1000", "660 110", $"{node}: {Probe.Allowed}"]));
    }

    [Test]
    public async Task A_container_that_its_restart_policy_starts_again_has_its_GPU_each_time()
    {
        const int restarts = 3;
        var node = HostNodes.OfGpus(Host, 1).Single();
        var id = await Docker.StartContainerAsync(Asking(_glibc!, "1", ["sh", "-c", $"/bin/opendev {node}; {Load}; exit 1"])
            .WithOptions("--restart", string.Create(CultureInfo.InvariantCulture, $"on-failure:{restarts}")));

        string[] state = [];
        for (var attempt = 0; attempt < 300 && state is not ["exited", "3"]; attempt++)
        {
            await Task.Delay(100);
            state = (await Docker.DockerAsync("inspect", "--format", "{{.State.Status}} {{.RestartCount}}", id)).EnsureSuccess().Output.Trim().Split(' ');
        }
        var logs = (await Docker.DockerAsync("logs", id)).EnsureSuccess().Lines;

        Assert.That(state, Is.EqualTo((string[])["exited", "3"]));
        Assert.That(logs.Count(line => line == $"{node}: {Probe.Allowed}"), Is.EqualTo(restarts + 1));
        Assert.That(logs.Count(static line => line.StartsWith("libcuda.so.1: ok ", StringComparison.Ordinal)), Is.EqualTo(restarts + 1));
    }

    [Test]
    public async Task A_container_that_is_created_once_and_started_twice_finds_the_same_both_times()
    {
        var script = $"{string.Join(' ', Probe.Open(HostNodes.OfGpus(Host, 0, 6)))}; wc -l </proc/self/mountinfo; exec {Load}";
        var id = (await Docker.DockerAsync("create", "--network", "none", "--runtime", RuntimeNames.GpuRuntime, "--env", "NVIDIA_VISIBLE_DEVICES=0,6",
            "--env", "NVIDIA_DRIVER_CAPABILITIES=all", _glibc!.Reference, "sh", "-c", script)).EnsureSuccess().Output.Trim();

        var first = await Docker.DockerAsync("start", "--attach", id);
        var second = await Docker.DockerAsync("start", "--attach", id);

        Probe.AssertAllOpen(first.EnsureSuccess(), HostNodes.OfGpus(Host, 0, 6));
        Assert.That(second.EnsureSuccess().Output, Is.EqualTo(first.Output));
    }

    // Docker looks at a container's files from outside, where the driver's are not mounted: what it finds is its own business, not to hang is ours.
    [Test]
    public async Task Docker_cp_of_injected_files_comes_to_its_end([Values] bool running)
    {
        var id = await Docker.StartContainerAsync(Asking(_glibc!, "0", ["sleep", "1000"]).With("NVIDIA_DRIVER_CAPABILITIES", "all"));
        if (!running)
            (await Docker.DockerAsync("stop", "--time", "0", id)).EnsureSuccess();

        string[] libraries = [$"{DriverDirectory}/libcuda.so.{Host.DriverVersion}", $"{DriverDirectory}/libcuda.so.1", $"{DriverDirectory}/vdpau"];
        foreach (var path in (string[])[.. libraries, "/usr/bin/nvidia-smi", "/etc/ld.so.cache"])
        {
            var result = await Docker.DockerAsync("cp", $"{id}:{path}", Machine.Directory.CreateSubdirectory("copies", $"{Guid.NewGuid():N}"));
            Assert.That(result.ExitCode, Is.Zero, result.ToString());
        }
        (await Docker.DockerAsync("export", "--output", Machine.Directory.Combine("export.tar"), id)).EnsureSuccess();
    }

    [Test]
    public async Task Two_containers_with_different_GPUs_see_each_only_its_own()
    {
        var first = await Docker.StartContainerAsync(Asking(_glibc!, "0,1", ["sleep", "1000"]));
        var second = await Docker.StartContainerAsync(Asking(_glibc!, Host.Gpus[5].Uuid, ["sleep", "1000"]));

        await AssertOnlyAsync(first, [0, 1], 5);
        await AssertOnlyAsync(second, [5], 0);
    }

    [Test]
    public async Task Pause_and_unpause_leave_the_GPU_open()
    {
        var node = HostNodes.OfGpus(Host, 0).Single();
        var id = await Docker.StartContainerAsync(Asking(_glibc!, "0", ["sleep", "1000"]));

        (await Docker.DockerAsync("pause", id)).EnsureSuccess();
        (await Docker.DockerAsync("unpause", id)).EnsureSuccess();

        Probe.AssertAllOpen(await Docker.DockerAsync(["exec", id, .. Probe.Open(node)]), node);
    }

    private async Task AssertOnlyAsync(string id, int[] granted, int other)
    {
        var nodes = (await Docker.DockerAsync(["exec", id, .. Probe.ListNodes])).EnsureSuccess().Lines;
        var made = await Docker.DockerAsync(["exec", id, "sh", "-c", $"mknod /tmp/other c 195 {Host.Gpus[other].Minor} && /bin/opendev /tmp/other"]);

        Assert.That(nodes, Is.EquivalentTo([.. HostNodes.OfGpus(Host, granted), .. HostNodes.ForCompute]));
        Assert.That(Probe.Results(made).GetValueOrDefault("/tmp/other"), Is.EqualTo(Probe.Denied), made.ToString());
    }

    private async Task SkipUnlessRuncCanAsync(string[] options)
    {
        string[] command = options.Contains("--entrypoint") ? ["-c", "true"] : ["true"];
        var alone = await Docker.RunAsync(ContainerRequest.Of(_glibc!, command).WithOptions(options) with { Runtime = "runc" });
        if (alone.ExitCode != 0)
            Assert.Ignore($"Docker and runc alone cannot run {string.Join(' ', options)} here: {alone.Error.Trim()}");
    }

    private protected override async Task PrepareAsync() => _glibc = await ImportedAsync(TestImage.Glibc(Machine.Directory));
}
