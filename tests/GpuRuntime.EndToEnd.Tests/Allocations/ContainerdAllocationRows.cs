using GpuRuntime.EndToEnd.Tests.Rows;

namespace GpuRuntime.EndToEnd.Tests.Allocations;

/// <summary>Who holds which GPU while containerd's tasks come and go.</summary>
public sealed class ContainerdAllocationRows() : EngineFixture(EngineKind.Containerd)
{
    private TestImage? _busybox;

    private PrivateContainerd Containerd => (PrivateContainerd)Engine;

    private LedgerFiles Ledger => new(Machine.StateDirectory);

    [Test]
    public async Task A_task_that_is_killed_and_deleted_frees_its_GPUs()
    {
        var id = await StartAsync("all,mode=exclusive");
        Assert.That(Ledger.HeldBy(id), Has.Length.EqualTo(8));
        var refused = await Containerd.RunAsync(Container("device=0", "true"));

        (await Containerd.CtrAsync("task", "kill", "--signal", "KILL", id)).EnsureSuccess();
        (await Containerd.CtrAsync("task", "delete", "--force", id)).EnsureSuccess();

        Assert.That(ErrorLine.In(refused.Error), Does.Contain("GRT2009").And.Contain(id));
        Assert.That(Ledger.Left(), Is.Empty);
        (await Containerd.RunAsync(Container("all,mode=exclusive", "true"))).EnsureSuccess();
    }

    [Test]
    public async Task A_task_that_is_deleted_by_force_frees_its_GPUs()
    {
        var id = await StartAsync("all,mode=exclusive");

        (await Containerd.CtrAsync("task", "delete", "--force", id)).EnsureSuccess();

        Assert.That(Ledger.Left(), Is.Empty);
    }

    [Test]
    public async Task A_container_that_was_refused_may_be_run_under_the_same_id_once_the_GPU_is_free()
    {
        var holder = await StartAsync("device=0,mode=exclusive");
        var id = $"c{Guid.NewGuid():N}";
        Assert.That((await Containerd.StartContainerAsync(id, Container("device=0", "sleep", "1000"))).ExitCode, Is.Not.Zero);
        await Containerd.CtrAsync("container", "delete", id);
        (await Containerd.CtrAsync("task", "delete", "--force", holder)).EnsureSuccess();

        (await Containerd.StartContainerAsync(id, Container("device=0", "sleep", "1000"))).EnsureSuccess();

        Assert.That(Ledger.HeldBy(id), Is.EqualTo((string[])["nvidia:0"]));
    }

    [TearDown]
    public async Task RemoveTasksAsync()
    {
        foreach (var task in (await Containerd.CtrAsync("tasks", "list", "--quiet")).Lines)
            await Containerd.CtrAsync("tasks", "delete", "--force", task);
    }

    private ContainerRequest Container(string request, params ReadOnlySpan<string> command) => ContainerRequest.Of(_busybox!, command).With("GPU_RUNTIME_GPUS", request);

    private async Task<string> StartAsync(string request)
    {
        var id = $"c{Guid.NewGuid():N}";
        (await Containerd.StartContainerAsync(id, Container(request, "sleep", "1000"))).EnsureSuccess();
        return id;
    }

    private protected override async Task PrepareAsync() => _busybox = await ImportedAsync(TestImage.Busybox(Machine.Directory));
}
