using System.Collections.Immutable;
using GpuRuntime.EndToEnd.Tests.Prestart;

namespace GpuRuntime.EndToEnd.Tests.Allocations;

/// <summary>Who holds which GPU while podman's containers come and go: of the shim, and of podman's own runc with our hook, called twice.</summary>
[TestFixture(RuntimeNames.GpuRuntime)]
[TestFixture(RuntimeNames.Runc)]
public sealed class PodmanAllocationRows(string runtime) : EngineFixture(EngineKind.Podman)
{
    private TestImage? _busybox;

    private PrivatePodman Podman => (PrivatePodman)Engine;

    private LedgerFiles Ledger => new(Machine.StateDirectory);

    [Test]
    public async Task A_GPU_that_a_container_has_for_itself_is_refused_to_others()
    {
        var holder = await StartAsync("device=0,mode=exclusive");

        var refused = await Podman.RunAsync(Container("device=0", "true"));
        var other = await Podman.RunAsync(Container("device=1", "true"));

        Assert.That(refused.ExitCode, Is.Not.Zero, refused.ToString());
        Assert.That(refused.Error, Does.Contain("GRT2009").And.Contain("nvidia:0").And.Contain(holder));
        Assert.That(other.ExitCode, Is.Zero, other.ToString());
    }

    [Test]
    public async Task A_container_has_one_entry_however_often_we_are_called_for_it()
    {
        var id = await StartAsync("device=0,1,mode=exclusive");

        Assert.That(Ledger.Read(), Has.Count.EqualTo(1));
        Assert.That(Ledger.HeldBy(id), Is.EqualTo((string[])["nvidia:0", "nvidia:1"]));
        Assert.That(Ledger.Holders().Count(), Is.EqualTo(2));
    }

    [Test]
    public async Task Removing_a_container_by_force_frees_its_GPUs()
    {
        var id = await StartAsync("all,mode=exclusive");

        (await Podman.PodmanAsync("rm", "--force", "--time", "0", id)).EnsureSuccess();

        Assert.That(Ledger.Left(), Is.Empty);
        (await Podman.RunAsync(Container("all,mode=exclusive", "true"))).EnsureSuccess();
    }

    [TearDown]
    public async Task RemoveContainersAsync() => await Podman.PodmanAsync("rm", "--all", "--force", "--time", "0");

    private ContainerRequest Container(string request, params ReadOnlySpan<string> command) =>
        (ContainerRequest.Of(_busybox!, command) with { Runtime = runtime }).With("GPU_RUNTIME_GPUS", request);

    private Task<string> StartAsync(string request) => Podman.StartContainerAsync(Container(request, "sleep", "1000"));

    private protected override ImmutableDictionary<string, string> Runtimes() => base.Runtimes().Add(RuntimeNames.Runc, Programs.Engine("runc"));

    // As an admin has them who installed both files for the start.
    private protected override EngineSettings Configure(EngineSettings settings)
    {
        if (runtime != RuntimeNames.Runc)
            return settings;
        var directory = HooksDirectory.Create(Machine, Programs.GpuRuntimeHook, HooksDirectory.ByEnvironment, HooksDirectory.Release);
        var file = Path.Combine(directory, HooksDirectory.ByEnvironment);
        File.Copy(file, Path.Combine(directory, "gpu-runtime-again.json"));
        return settings with { DaemonArguments = ["--hooks-dir", directory] };
    }

    private protected override async Task PrepareAsync() => _busybox = await ImportedAsync(TestImage.Busybox(Machine.Directory));
}
