using System.Collections.Immutable;

namespace GpuRuntime.EndToEnd.Tests;

/// <summary>Each engine runs containers here by itself, and hands its runtime what the other tests rely on.</summary>
[TestFixtureSource(typeof(EngineKinds), nameof(EngineKinds.All))]
public sealed class HarnessTests(EngineKind kind) : EngineFixture(kind)
{
    private TestImage? _busybox;

    private string RecordPath => Machine.Directory.Combine("environment-of-the-runtime");

    [Test]
    public async Task A_container_runs_to_its_end()
    {
        var result = await Engine.RunAsync(ContainerRequest.Of(_busybox!, "echo", "hello") with { Runtime = RuntimeNames.Recording });

        Assert.That(result.EnsureSuccess().Output.Trim(), Is.EqualTo("hello"));
    }

    [Test]
    public async Task A_container_gives_its_exit_status()
    {
        var result = await Engine.RunAsync(ContainerRequest.Of(_busybox!, "sh", "-c", "exit 7") with { Runtime = RuntimeNames.Recording });

        Assert.That(result.ExitCode, Is.EqualTo(7), result.ToString());
    }

    [Test]
    public async Task What_the_engine_was_started_with_reaches_the_runtime()
    {
        var result = await Engine.RunAsync(ContainerRequest.Of(_busybox!, "true") with { Runtime = RuntimeNames.Recording });

        result.EnsureSuccess();
        Assert.That(await File.ReadAllLinesAsync(RecordPath), Does.Contain($"GPU_RUNTIME_CONFIG={Host.ConfigPath}"));
    }

    private protected override async Task PrepareAsync() => _busybox = await ImportedAsync(TestImage.Busybox(Machine.Directory));

    private protected override ImmutableDictionary<string, string> Runtimes()
    {
        var script = RuntimeScript.Recording(Machine.Directory.Combine("recording-runtime"), EngineFactory.LowLevelRuntime(Kind), RecordPath);
        return ImmutableDictionary<string, string>.Empty.Add(RuntimeNames.Recording, script);
    }
}
