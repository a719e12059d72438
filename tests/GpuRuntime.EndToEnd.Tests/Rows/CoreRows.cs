using System.Collections.Immutable;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>What must hold on every engine and both cgroup versions.</summary>
[TestFixtureSource(typeof(EngineKinds), nameof(EngineKinds.All))]
public sealed class CoreRows(EngineKind kind) : EngineFixture(kind)
{
    private TestImage? _busybox;
    private TestImage? _glibc;

    // podman's default capabilities lack it.
    private ImmutableArray<string> MayMakeNodes => Kind == EngineKind.Podman ? ["--cap-add", "MKNOD"] : [];

    [Test]
    public async Task All_GPUs_and_the_control_nodes_open()
    {
        string[] nodes = [.. HostNodes.OfAllGpus(Host), .. HostNodes.ForCompute];

        var result = await RunAsync(_busybox!, "all", Probe.Open(nodes));

        Probe.AssertAllOpen(result, nodes);
    }

    [Test]
    public async Task Two_GPUs_named_by_index_are_the_only_ones_in_the_container()
    {
        var result = await RunAsync(_busybox!, "0,2", Probe.ListNodes);

        Assert.That(result.EnsureSuccess().Lines, Is.EquivalentTo([.. HostNodes.OfGpus(Host, 0, 2), .. HostNodes.ForCompute]));
    }

    [Test]
    public async Task A_container_that_asks_for_nothing_gets_nothing()
    {
        var result = await Engine.RunAsync(ContainerRequest.Of(_busybox!, Probe.ListNodes.AsSpan()));

        Assert.That(result.EnsureSuccess().Output.Trim(), Is.Empty);
    }

    [Test]
    public async Task None_gives_the_driver_without_a_GPU()
    {
        var result = await RunAsync(_glibc!, "none", ["sh", "-c", $"{string.Join(' ', Probe.Load("libcuda.so.1"))} && find /dev -name 'nvidia*' -type c"]);

        Assert.That(result.EnsureSuccess().Lines.Where(static line => line.StartsWith("/dev/", StringComparison.Ordinal)), Is.EquivalentTo(HostNodes.ForCompute));
    }

    [Test]
    public async Task A_node_that_the_container_makes_for_a_GPU_it_was_not_granted_does_not_open()
    {
        var other = Host.Gpus[1].Minor;
        var granted = HostNodes.OfGpus(Host, 0).Single();

        var result = await Engine.RunAsync(ContainerRequest
            .Of(_busybox!, "sh", "-c", $"mknod /tmp-node c 195 {other} && /bin/opendev /tmp-node {granted}")
            .With("NVIDIA_VISIBLE_DEVICES", "0")
            .WithOptions(MayMakeNodes.AsSpan()));

        Assert.Multiple(() =>
        {
            Assert.That(Probe.Results(result).GetValueOrDefault("/tmp-node"), Is.EqualTo(Probe.Denied), result.ToString());
            Assert.That(Probe.Results(result).GetValueOrDefault(granted), Is.EqualTo(Probe.Allowed), result.ToString());
        });
    }

    [Test]
    public async Task The_loader_finds_the_drivers_libraries()
    {
        var result = await RunAsync(_glibc!, "all", Probe.Load("libcuda.so.1", "libnvidia-ml.so.1"));

        Assert.That(result.ExitCode, Is.Zero, result.ToString());
    }

    [Test]
    public async Task An_unknown_GPU_fails_the_start_and_the_engine_shows_which_GPUs_there_are()
    {
        var result = await RunAsync(_busybox!, "9", ["true"]);

        var line = ErrorLine.In(result.Output + result.Error);
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Not.Zero, result.ToString());
            Assert.That(line, Does.Contain("9"));
            foreach (var gpu in Host.Gpus)
                Assert.That(line, Does.Contain(gpu.Uuid).And.Contain(gpu.PciAddress));
        });
    }

    private Task<CommandResult> RunAsync(TestImage image, string devices, ImmutableArray<string> command) =>
        Engine.RunAsync(ContainerRequest.Of(image, command.AsSpan()).With("NVIDIA_VISIBLE_DEVICES", devices));

    private protected override async Task PrepareAsync()
    {
        _busybox = await ImportedAsync(TestImage.Busybox(Machine.Directory));
        _glibc = await ImportedAsync(TestImage.Glibc(Machine.Directory));
    }
}
