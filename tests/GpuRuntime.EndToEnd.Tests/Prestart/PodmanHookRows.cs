using System.Collections.Immutable;
using GpuRuntime.EndToEnd.Tests.Rows;

namespace GpuRuntime.EndToEnd.Tests.Prestart;

/// <summary>podman with its own runc, and the files of hooks/ in its hooks directory.</summary>
[TestFixture(HooksDirectory.ByAnnotation)]
[TestFixture(HooksDirectory.ByEnvironment)]
[TestFixture(HooksDirectory.ByAnnotation, HooksDirectory.ByEnvironment)]
public sealed class PodmanHookRows(params string[] files) : EngineFixture(EngineKind.Podman)
{
    private TestImage? _busybox;
    private TestImage? _glibc;

    private bool ByEnvironment => files.Contains(HooksDirectory.ByEnvironment);

    [Test]
    public async Task The_annotation_gives_exactly_its_GPUs()
    {
        string[] nodes = [.. HostNodes.OfGpus(Host, 0, 2), .. HostNodes.ForCompute];

        var opened = await RunAsync(_busybox!, Probe.Open(HostNodes.OfAllGpus(Host).Concat(HostNodes.ForCompute)), "--annotation", "\"gpu-runtime.io/gpus=device=0,2\"");
        var listed = await RunAsync(_busybox!, Probe.ListNodes, "--annotation", "\"gpu-runtime.io/gpus=device=0,2\"");

        Probe.AssertAllOpen(opened, nodes);
        Assert.That(listed.EnsureSuccess().Lines, Is.EquivalentTo(nodes));
    }

    [Test]
    public async Task A_variable_counts_where_the_hook_is_called_for_every_container()
    {
        var result = await RunAsync(_busybox!, Probe.ListNodes, "--env", "NVIDIA_VISIBLE_DEVICES=1");

        Assert.That(result.EnsureSuccess().Lines, Is.EquivalentTo(ByEnvironment ? [.. HostNodes.OfGpus(Host, 1), .. HostNodes.ForCompute] : (string[])[]));
    }

    [Test]
    public async Task Every_mount_is_there_once()
    {
        var result = await RunAsync(_glibc!, InjectedFiles.Command, "--annotation", "gpu-runtime.io/gpus=all", "--env", "NVIDIA_DRIVER_CAPABILITIES=all");

        var points = result.EnsureSuccess().Lines.Select(static line => line.Split(' ')[4]).Where(static point => point.Contains("nvidia", StringComparison.Ordinal) || point.Contains("/dri", StringComparison.Ordinal)).ToArray();
        Assert.That(points, Is.Not.Empty.And.Unique);
    }

    [Test]
    public async Task The_loader_finds_the_drivers_libraries()
    {
        var result = await RunAsync(_glibc!, Probe.Load("libcuda.so.1", "libnvidia-ml.so.1"), "--annotation", "gpu-runtime.io/gpus=1");

        Assert.That(result.ExitCode, Is.Zero, result.ToString());
    }

    [Test]
    public async Task A_container_that_asks_for_nothing_gets_nothing() =>
        Assert.That((await RunAsync(_busybox!, Probe.ListNodes)).EnsureSuccess().Output.Trim(), Is.Empty);

    [Test]
    public async Task A_request_that_cannot_be_met_fails_the_start_with_a_sentence()
    {
        var result = await RunAsync(_busybox!, ["true"], "--annotation", "gpu-runtime.io/gpus=device=9");

        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Not.Zero, result.ToString());
            Assert.That(result.Error, Does.Contain("gpu-runtime-hook: GRT2002: ").And.Contain(Host.Gpus[0].Uuid));
        });
    }

    [Test]
    public async Task With_the_shim_as_runtime_nothing_is_given_twice()
    {
        var request = ContainerRequest.Of(_glibc!, InjectedFiles.Command.AsSpan()).WithOptions("--annotation", "gpu-runtime.io/gpus=all", "--env", "NVIDIA_DRIVER_CAPABILITIES=all");

        var points = (await Engine.RunAsync(request)).EnsureSuccess().Lines.Select(static line => line.Split(' ')[4]).Where(static point => point.Contains("nvidia", StringComparison.Ordinal)).ToArray();

        Assert.That(points, Is.Not.Empty.And.Unique);
    }

    private Task<CommandResult> RunAsync(TestImage image, ImmutableArray<string> command, params ReadOnlySpan<string> options) =>
        Engine.RunAsync((ContainerRequest.Of(image, command.AsSpan()) with { Runtime = RuntimeNames.Runc }).WithOptions(options));

    private protected override ImmutableDictionary<string, string> Runtimes() => base.Runtimes().Add(RuntimeNames.Runc, Programs.Engine("runc"));

    private protected override EngineSettings Configure(EngineSettings settings) =>
        settings with { DaemonArguments = ["--hooks-dir", HooksDirectory.Create(Machine, Programs.GpuRuntimeHook, files)] };

    private protected override async Task PrepareAsync()
    {
        _busybox = await ImportedAsync(TestImage.Busybox(Machine.Directory));
        _glibc = await ImportedAsync(TestImage.Glibc(Machine.Directory));
    }
}
