using GpuRuntime.EndToEnd.Tests.Rows;

namespace GpuRuntime.EndToEnd.Tests.Allocations;

/// <summary>Who holds which GPU while Docker's containers of the shim come and go.</summary>
[TestFixture(EngineKind.DockerOnCgroupV1)]
[TestFixture(EngineKind.DockerOnCgroupV2)]
public sealed class DockerAllocationRows(EngineKind kind) : DockerFixture(kind)
{
    private TestImage? _busybox;

    private LedgerFiles Ledger => new(Machine.StateDirectory);

    [Test]
    public async Task Docker_prints_why_a_GPU_cannot_be_had_and_who_holds_it()
    {
        var holder = await StartAsync("device=0,mode=exclusive");

        var refused = await Docker.RunAsync(Container("device=0", "true"));

        Assert.That(refused.ExitCode, Is.Not.Zero, refused.ToString());
        Assert.That(ErrorLine.In(refused.Error), Does.Contain("GRT2009").And.Contain("nvidia:0").And.Contain(holder).And.Contain("name another GPU"));
    }

    [Test]
    public async Task A_shared_GPU_is_not_had_alone_and_is_shared_further()
    {
        var holder = await StartAsync("device=0");

        var refused = await Docker.RunAsync(Container("device=0,mode=exclusive", "true"));
        var shared = await Docker.RunAsync(Container("device=0", "true"));

        Assert.That(ErrorLine.In(refused.Error), Does.Contain("GRT2009").And.Contain(holder));
        Assert.That(shared.ExitCode, Is.Zero, shared.ToString());
    }

    [TestCase("rm", "--force")]
    [TestCase("kill")]
    [TestCase("stop", "--time", "0")]
    public async Task Ending_a_container_frees_its_GPUs(params string[] command)
    {
        var id = await StartAsync("all,mode=exclusive");

        (await Docker.DockerAsync([.. command, id])).EnsureSuccess();

        Assert.That(Ledger.Left(), Is.Empty);
        Assert.That((await Docker.RunAsync(Container("all,mode=exclusive", "true"))).ExitCode, Is.Zero);
    }

    [Test]
    public async Task A_container_that_ends_by_itself_frees_its_GPUs()
    {
        (await Docker.RunAsync(Container("all,mode=exclusive", "true"))).EnsureSuccess();

        Assert.That(Ledger.Left(), Is.Empty);
    }

    [Test]
    public async Task A_restarted_container_has_its_GPU_again_and_keeps_it_from_others()
    {
        var id = await StartAsync("device=0,mode=exclusive");

        for (var restart = 0; restart < 3; restart++)
            (await Docker.DockerAsync("restart", "--time", "0", id)).EnsureSuccess();

        Assert.That(Ledger.HeldBy(id), Is.EqualTo((string[])["nvidia:0"]));
        Assert.That(ErrorLine.In((await Docker.RunAsync(Container("device=0", "true"))).Error), Does.Contain(id));
    }

    [Test]
    public async Task A_stopped_container_does_not_start_while_another_has_its_GPU_and_does_afterwards()
    {
        var id = await StartAsync("device=0,mode=exclusive");
        (await Docker.DockerAsync("stop", "--time", "0", id)).EnsureSuccess();
        var other = await StartAsync("device=0,mode=exclusive");

        var refused = await Docker.DockerAsync("start", id);
        (await Docker.DockerAsync("rm", "--force", other)).EnsureSuccess();
        var started = await Docker.DockerAsync("start", id);

        Assert.That(ErrorLine.In(refused.Error), Does.Contain("GRT2009").And.Contain(other));
        Assert.That(started.ExitCode, Is.Zero, started.ToString());
    }

    [Test]
    public async Task A_container_whose_program_is_not_there_holds_nothing()
    {
        var failed = await Docker.RunAsync(Container("all,mode=exclusive", "no-such-program"));

        Assert.That(failed.ExitCode, Is.Not.Zero, failed.ToString());
        Assert.That((await Docker.RunAsync(Container("all,mode=exclusive", "true"))).ExitCode, Is.Zero);
    }

    [Test]
    public async Task A_paused_container_keeps_its_GPU()
    {
        var id = await StartAsync("device=0,mode=exclusive");
        (await Docker.DockerAsync("pause", id)).EnsureSuccess();

        Assert.That(ErrorLine.In((await Docker.RunAsync(Container("device=0", "true"))).Error), Does.Contain(id));
    }

    [TearDown]
    public async Task RemoveContainersAsync()
    {
        if ((await Docker.DockerAsync("ps", "--all", "--quiet")).Lines is { Length: > 0 } containers)
            await Docker.DockerAsync(["rm", "--force", .. containers]);
    }

    private ContainerRequest Container(string request, params ReadOnlySpan<string> command) => ContainerRequest.Of(_busybox!, command).With("GPU_RUNTIME_GPUS", request);

    private Task<string> StartAsync(string request) => Docker.StartContainerAsync(Container(request, "sleep", "1000"));

    private protected override async Task PrepareAsync() => _busybox = await ImportedAsync(TestImage.Busybox(Machine.Directory));
}
