using GpuRuntime.EndToEnd.Tests.Limits;
using GpuRuntime.EndToEnd.Tests.Rows;

namespace GpuRuntime.EndToEnd.Tests.DockerPlugin;

/// <summary>docker gpu run through docker itself: with a Docker that knows no annotations, and with one that does.</summary>
[TestFixture(EngineKind.DockerOnCgroupV1)]
[TestFixture(EngineKind.Docker26)]
public sealed class DockerGpuRunRows(EngineKind kind) : DockerPluginFixture(kind)
{
    private static readonly string[] Alone = ["--rm", "--network", "none"];

    private bool _knowsAnnotations;

    [TestCase("device=0,1", 0, 1)]
    [TestCase("device=0-2", 0, 1, 2)]
    [TestCase("nvidia:0,nvidia:5", 0, 5)]
    [TestCase("device=3,capabilities=compute,utility,ngx", 3)]
    public async Task A_request_as_people_write_it_gives_its_GPUs_by_the_hook_and_by_the_runtime(string gpus, params int[] indexes)
    {
        foreach (var runtime in (string[])[RuntimeNames.Runc, RuntimeNames.GpuRuntime])
        {
            var result = await GpuAsync(["run", .. Alone, "--runtime", runtime, "--gpus", gpus, Busybox.Reference, .. Probe.Open(HostNodes.OfAllGpus(Host))]);

            Probe.AssertAllOpen(result, HostNodes.OfGpus(Host, indexes));
            Assert.That(Probe.Results(result).Values.Count(static answer => answer == Probe.Absent), Is.EqualTo(Host.Gpus.Length - indexes.Length), result.ToString());
        }
    }

    [TestCase("device=0,capabilities=utility,compute,memory:2GB", "'\"device=0\",\"capabilities=utility,compute\"'", "memory=2GB")]
    [TestCase("all,capabilities=compute,utility,graphics,video,display,memory:6GB", "'all,\"capabilities=compute,utility,graphics,video,display\"'", "memory=6GB")]
    [TestCase("device=1,compute=50%", "device=1", "compute=50%")]
    [TestCase("device=1,mode=exclusive", "device=1", "mode=exclusive")]
    [TestCase("amd:0", "device=void", "gpus=amd:0")]
    public async Task A_dry_run_prints_the_command_that_this_docker_takes(string gpus, string docker, string annotation)
    {
        var result = await GpuAsync(["run", "--dry-run", .. Alone, "--gpus", gpus, Busybox.Reference, "echo", "it's $HOME"]);

        var extra = _knowsAnnotations ? $"--annotation gpu-runtime.io/{annotation}" : $"--env GPU_RUNTIME_GPUS={gpus}";
        var socket = $"--host unix://{Machine.Directory.Combine("docker.sock")}";
        Assert.That(result.EnsureSuccess().Output, Is.EqualTo($"docker {socket} run --rm --network none --gpus {docker} {extra} {Busybox.Reference} echo 'it'\\''s $HOME'\n"));
    }

    // A container that asks for a limit does not start without it.
    [TestCase("device=0,memory:2GB", "nothing here can hold the container to 1907 MiB of nvidia:0", "hardware: nvidia:0 is a whole GPU; kernel: cgroup version 2 is not mounted", "watchdog: gpu-runtime-agent is not running")]
    [TestCase("2,memory=2GB", "1907 MiB of nvidia:0", "hardware: ", "watchdog: ")]
    [TestCase("device=0,compute=50%", "nothing here can hold the container to 50% of nvidia:0", "limits.minimumComputeTier", "limits.mps.pipeDirectory")]
    public async Task A_limit_that_nothing_here_can_hold_is_refused_with_what_is_missing(string gpus, params string[] words)
    {
        foreach (var runtime in (string[])[RuntimeNames.Runc, RuntimeNames.GpuRuntime])
        {
            var result = await GpuAsync(["run", .. Alone, "--runtime", runtime, "--gpus", gpus, Busybox.Reference, "echo", "it ran"]);

            Assert.Multiple(() =>
            {
                Assert.That(result.ExitCode, Is.Not.Zero, result.ToString());
                Assert.That(result.Error, Does.Match("gpu-runtime(-hook)?: GRT2007: "));
                foreach (var word in words)
                    Assert.That(result.Error, Does.Contain(word));
                Assert.That(result.Output, Does.Not.Contain("it ran"));
            });
        }
    }

    [TestCase("device=0,memory:2GB", 1)]
    [TestCase("2,memory=2GiB", 2)]
    public async Task A_memory_limit_reaches_gpu_runtime_and_holds_with_a_stand_in_for_the_agent(string gpus, int count)
    {
        using var agent = AgentStandIn.Start(Machine);
        foreach (var runtime in (string[])[RuntimeNames.Runc, RuntimeNames.GpuRuntime])
        {
            var result = await GpuAsync(["run", .. Alone, "--runtime", runtime, "--gpus", gpus, Busybox.Reference, .. Probe.Open(HostNodes.OfAllGpus(Host))]);

            Assert.That(Probe.Results(result.EnsureSuccess()).Values.Count(static answer => answer == Probe.Allowed), Is.EqualTo(count), result.ToString());
        }

        var told = await GpuAsync(["run", .. Alone, "--runtime", RuntimeNames.GpuRuntime, "--gpus", gpus, Busybox.Reference, "sh", "-c", "echo $GPU_RUNTIME_MEMORY_LIMIT $GPU_RUNTIME_MEMORY_TIER"]);
        Assert.That(told.EnsureSuccess().Output, Is.EqualTo(gpus.EndsWith("GB", StringComparison.Ordinal) ? "1999634432 watchdog\n" : "2147483648 watchdog\n"));
    }

    [Test]
    public async Task A_GPU_that_a_container_has_for_itself_is_no_other_containers_meanwhile()
    {
        foreach (var runtime in (string[])[RuntimeNames.Runc, RuntimeNames.GpuRuntime])
        {
            var holder = (await GpuAsync(["run", "--detach", .. Alone, "--runtime", runtime, "--gpus", "device=7,mode=exclusive", Busybox.Reference, "sleep", "1000"])).EnsureSuccess().Output.Trim();

            var refused = await GpuAsync(["run", .. Alone, "--runtime", runtime, "--gpus", "device=6,7", Busybox.Reference, "true"]);
            (await Docker.DockerAsync("rm", "--force", holder)).EnsureSuccess();
            var granted = await GpuAsync(["run", .. Alone, "--runtime", runtime, "--gpus", "device=6,7", Busybox.Reference, "true"]);

            Assert.That(refused.ExitCode, Is.Not.Zero, refused.ToString());
            Assert.That(refused.Error, Does.Match("gpu-runtime(-hook)?: GRT2009: ").And.Contain("nvidia:7").And.Contain(holder));
            granted.EnsureSuccess();
        }
    }

    [Test]
    public async Task Another_vendors_GPU_that_is_not_there_fails_the_start_with_a_sentence()
    {
        var result = await GpuAsync(["run", .. Alone, "--gpus", "amd:0", Busybox.Reference, "true"]);

        Assert.That(result.ExitCode, Is.Not.Zero, result.ToString());
        Assert.That(result.Error, Does.Contain("GRT2003: ").And.Contain("AMD"));
    }

    [Test]
    public async Task The_exit_status_and_both_outputs_are_the_containers()
    {
        var result = await GpuAsync(["run", .. Alone, "--gpus", "device=0,1", Busybox.Reference, "sh", "-c", "echo out; echo err >&2; exit 7"]);

        Assert.That((result.ExitCode, result.Output, result.Error), Is.EqualTo((7, "out\n", "err\n")));
    }

    [Test]
    public async Task A_terminal_is_dockers_to_make()
    {
        var result = await GpuAsync(["run", .. Alone, "-t", "--gpus", "device=0,1", Busybox.Reference, "sh", "-c", "test -t 1 && echo terminal"]);

        Assert.That(result.EnsureSuccess().Output, Is.EqualTo("terminal\r\n"));
    }

    [Test]
    public async Task A_container_without_GPUs_is_docker_runs_alone()
    {
        var result = await GpuAsync(["run", .. Alone, Busybox.Reference, .. Probe.ListNodes]);

        Assert.That(result.EnsureSuccess().Output.Trim(), Is.Empty);
    }

    [Test]
    public async Task Docker_refuses_what_is_wrong_beside_the_GPUs_in_its_own_words()
    {
        var result = await GpuAsync(["run", "--gpus", "device=0,1", "--no-such-flag=1", Busybox.Reference, "true"]);

        Assert.That(result.ExitCode, Is.EqualTo(125), result.ToString());
        Assert.That(result.Error, Does.Contain("unknown flag: --no-such-flag"));
    }

    private protected override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        StateFiles.ReportMemory((NvidiaMachine)Machine, 80L << 30);
        _knowsAnnotations = await KnowsAnnotationsAsync();
        Assert.That(_knowsAnnotations || Kind != EngineKind.Docker26, "Docker 26 knows annotations");
    }
}
