using GpuRuntime.EndToEnd.Tests.Rows;

namespace GpuRuntime.EndToEnd.Tests.DockerPlugin;

/// <summary>docker gpu run through docker itself: with a Docker that knows no annotations, and with one that does.</summary>
[TestFixture(EngineKind.DockerOnCgroupV1)]
[TestFixture(EngineKind.Docker26)]
public sealed class DockerGpuRunRows(EngineKind kind) : DockerPluginFixture(kind)
{
    private static readonly string[] Alone = ["--rm", "--network", "none"];

    private bool KnowsAnnotations => Kind == EngineKind.Docker26;

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

        var extra = KnowsAnnotations ? $"--annotation gpu-runtime.io/{annotation}" : $"--env GPU_RUNTIME_GPUS={gpus}";
        var socket = $"--host unix://{Machine.Directory.Combine("docker.sock")}";
        Assert.That(result.EnsureSuccess().Output, Is.EqualTo($"docker {socket} run --rm --network none --gpus {docker} {extra} {Busybox.Reference} echo 'it'\\''s $HOME'\n"));
    }

    // No limit is enforced yet, and a container that asks for one does not start without it.
    [TestCase("device=0,memory:2GB", "a memory limit of 2000000000 bytes")]
    [TestCase("device=0,compute=50%", "a compute share of 50%")]
    [TestCase("device=0,mode=exclusive", "exclusive use")]
    [TestCase("2,memory=2GB", "a memory limit of 2000000000 bytes")]
    public async Task A_limit_reaches_gpu_runtime_which_says_that_nothing_enforces_it(string gpus, string limit)
    {
        foreach (var runtime in (string[])[RuntimeNames.Runc, RuntimeNames.GpuRuntime])
        {
            var result = await GpuAsync(["run", .. Alone, "--runtime", runtime, "--gpus", gpus, Busybox.Reference, "echo", "it ran"]);

            Assert.Multiple(() =>
            {
                Assert.That(result.ExitCode, Is.Not.Zero, result.ToString());
                Assert.That(result.Error, Does.Match("gpu-runtime(-hook)?: GRT2007: ").And.Contain(limit));
                Assert.That(result.Output, Does.Not.Contain("it ran"));
            });
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
}
