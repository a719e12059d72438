using GpuRuntime.EndToEnd.Tests.Rows;

namespace GpuRuntime.EndToEnd.Tests.Prestart;

/// <summary>docker run --gpus without a runtime of ours, on both cgroup versions.</summary>
[TestFixture(EngineKind.DockerOnCgroupV1)]
[TestFixture(EngineKind.DockerOnCgroupV2)]
public sealed class DockerGpusRows(EngineKind kind) : DockerHookFixture(kind)
{
    [TestCase("all", 0, 1, 2, 3, 4, 5, 6, 7)]
    [TestCase("2", 0, 1)]
    [TestCase("\"device=0,1\",\"capabilities=utility,compute\"", 0, 1)]
    [TestCase("device=3", 3)]
    public async Task The_flags_GPUs_open_and_no_others_are_there(string flag, params int[] indexes)
    {
        string[] nodes = [.. HostNodes.OfGpus(Host, indexes), .. HostNodes.ForCompute];

        var opened = await Docker.RunAsync(Gpus(flag, Busybox, [.. Probe.Open(HostNodes.OfAllGpus(Host).Concat(HostNodes.ForCompute))]));
        var listed = await Docker.RunAsync(Gpus(flag, Busybox, Probe.ListNodes.AsSpan()));

        Probe.AssertAllOpen(opened, nodes);
        Assert.That(listed.EnsureSuccess().Lines, Is.EquivalentTo(nodes));
    }

    [Test]
    public async Task A_GPU_named_by_UUID_opens()
    {
        var node = HostNodes.OfGpus(Host, 2).Single();

        var result = await Docker.RunAsync(Gpus($"device={Host.Gpus[2].Uuid}", Busybox, [.. Probe.Open(HostNodes.OfAllGpus(Host))]));

        Probe.AssertAllOpen(result, node);
        Assert.That(Probe.Results(result).Values.Count(static answer => answer == Probe.Absent), Is.EqualTo(Host.Gpus.Length - 1), result.ToString());
    }

    [Test]
    public async Task A_node_that_the_container_makes_for_a_GPU_it_was_not_granted_does_not_open()
    {
        var granted = HostNodes.OfGpus(Host, 0).Single();

        var result = await Docker.RunAsync(Gpus("device=0", Busybox, "sh", "-c", $"mknod /tmp-node c 195 {Host.Gpus[1].Minor} && /bin/opendev /tmp-node {granted} /dev/null"));

        Assert.Multiple(() =>
        {
            Assert.That(Probe.Results(result).GetValueOrDefault("/tmp-node"), Is.EqualTo(Probe.Denied), result.ToString());
            Assert.That(Probe.Results(result).GetValueOrDefault(granted), Is.EqualTo(Probe.Allowed), result.ToString());
        });
    }

    [Test]
    public async Task The_loader_finds_the_drivers_libraries([Values("all", "2", "device=0")] string flag)
    {
        var result = await Docker.RunAsync(Gpus(flag, Glibc, Probe.Load("libcuda.so.1", "libnvidia-ml.so.1", "libcuda.so").AsSpan()));

        Assert.That(result.ExitCode, Is.Zero, result.ToString());
    }

    [Test]
    public async Task A_user_who_is_not_root_opens_every_node_graphics_included()
    {
        string[] nodes = [.. HostNodes.OfGpus(Host, 0), HostNodes.Control, .. HostNodes.ForDisplay(Host, 0)];

        var result = await Docker.RunAsync(Gpus("\"device=0\",\"capabilities=graphics,utility\"", Busybox, Probe.Open(nodes).AsSpan()).WithOptions("--user", "1000:1000"));

        Probe.AssertAllOpen(result, nodes);
    }

    [Test]
    public async Task A_container_with_a_read_only_root_gets_everything()
    {
        var script = $"/bin/opendev {HostNodes.OfGpus(Host, 0).Single()} && exec {string.Join(' ', Probe.Load("libcuda.so.1"))}";

        var result = await Docker.RunAsync(Gpus("device=0", Glibc, "sh", "-c", script).WithOptions("--read-only"));

        Assert.That(result.ExitCode, Is.Zero, result.ToString());
        Probe.AssertAllOpen(result, HostNodes.OfGpus(Host, 0));
    }

    [Test]
    public async Task A_container_without_the_flag_gets_nothing()
    {
        var result = await Docker.RunAsync(ContainerRequest.Of(Busybox, Probe.ListNodes.AsSpan()) with { Runtime = RuntimeNames.Runc });

        Assert.That(result.EnsureSuccess().Output.Trim(), Is.Empty);
    }

    [Test]
    public async Task A_container_that_is_started_again_has_its_GPU_again()
    {
        var id = await Docker.StartContainerAsync(Gpus("device=0", Glibc, "sleep", "1000"));
        (await Docker.DockerAsync("restart", "--time", "0", id)).EnsureSuccess();

        var result = await Docker.DockerAsync(["exec", id, "sh", "-c", $"/bin/opendev {HostNodes.OfGpus(Host, 0).Single()} && exec {string.Join(' ', Probe.Load("libcuda.so.1"))}"]);

        Assert.That(result.ExitCode, Is.Zero, result.ToString());
        Probe.AssertAllOpen(result, HostNodes.OfGpus(Host, 0));
    }

    [Test]
    public async Task A_GPU_that_is_not_there_fails_the_start_with_a_sentence_that_lists_those_that_are()
    {
        var result = await Docker.RunAsync(Gpus("device=9", Busybox, "true"));

        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Not.Zero, result.ToString());
            Assert.That(result.Error, Does.Contain("gpu-runtime-hook: GRT2002: ").And.Contain(Host.Gpus[0].Uuid));
        });
    }

    [Test]
    public async Task Nothing_is_left_mounted_on_the_host_while_a_container_runs_and_when_it_is_gone()
    {
        var id = await Docker.StartContainerAsync(Gpus("all", Glibc, "sleep", "1000").With("NVIDIA_DRIVER_CAPABILITIES", "all"));

        Assert.That(OfDriver(), Is.Empty, "a running container's mounts show on the host");
        (await Docker.DockerAsync("rm", "--force", id)).EnsureSuccess();
        Assert.That(OfDriver(), Is.Empty);

        string[] OfDriver() => [.. File.ReadLines("/proc/self/mountinfo").Where(static line => line.Contains("nvidia", StringComparison.Ordinal) || line.Contains("libcuda", StringComparison.Ordinal))];
    }
}
