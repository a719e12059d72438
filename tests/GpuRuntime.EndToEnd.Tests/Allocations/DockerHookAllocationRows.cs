using GpuRuntime.EndToEnd.Tests.Prestart;

namespace GpuRuntime.EndToEnd.Tests.Allocations;

/// <summary>docker run --gpus with Docker's own runc: our hook reserves, and nobody tells us of the end.</summary>
public sealed class DockerHookAllocationRows() : DockerHookFixture(EngineKind.DockerOnCgroupV1)
{
    private LedgerFiles Ledger => new(Machine.StateDirectory);

    [Test]
    public async Task A_GPU_of_the_flag_is_held_and_refused_to_one_alone()
    {
        var id = await Docker.StartContainerAsync(Gpus("device=2", Busybox, "sleep", "1000"));

        var refused = await Docker.RunAsync(Alone("device=2", "true"));

        Assert.That(Ledger.HeldBy(id), Is.EqualTo((string[])["nvidia:2"]));
        Assert.That(refused.ExitCode, Is.Not.Zero, refused.ToString());
        Assert.That(refused.Error, Does.Contain("gpu-runtime-hook: GRT2009: ").And.Contain("nvidia:2").And.Contain(id));
    }

    [TestCase("rm", "--force")]
    [TestCase("kill")]
    [TestCase("stop", "--time", "0")]
    public async Task What_a_container_held_is_free_after_its_end_though_no_hook_is_called_then(params string[] command)
    {
        var id = await Docker.StartContainerAsync(Alone("all", "sleep", "1000"));
        Assert.That((await Docker.RunAsync(Gpus("device=0", Busybox, "true"))).ExitCode, Is.Not.Zero);

        (await Docker.DockerAsync([.. command, id])).EnsureSuccess();

        (await Docker.RunAsync(Alone("all", "true"))).EnsureSuccess();
        Assert.That(Ledger.HeldBy(id), Is.Empty);
    }

    [Test]
    public async Task A_restarted_container_has_its_GPU_again()
    {
        var id = await Docker.StartContainerAsync(Alone("device=0", "sleep", "1000"));

        (await Docker.DockerAsync("restart", "--time", "0", id)).EnsureSuccess();

        Assert.That(Ledger.HeldBy(id), Is.EqualTo((string[])["nvidia:0"]));
        Assert.That((await Docker.RunAsync(Gpus("device=0", Busybox, "true"))).Error, Does.Contain(id));
    }

    [TearDown]
    public async Task RemoveContainersAsync()
    {
        if ((await Docker.DockerAsync("ps", "--all", "--quiet")).Lines is { Length: > 0 } containers)
            await Docker.DockerAsync(["rm", "--force", .. containers]);
    }

    private ContainerRequest Alone(string request, params ReadOnlySpan<string> command) => Gpus("all", Busybox, command).With("GPU_RUNTIME_GPUS", $"{request},mode=exclusive");
}
