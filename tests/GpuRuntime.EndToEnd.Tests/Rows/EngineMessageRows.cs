using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>What went wrong before runc started, as docker run prints it.</summary>
public sealed class EngineMessageRows : DockerFixture
{
    private TestImage? _busybox;

    [TestCase("no-runc", "no-such-runc")]
    [TestCase("broken", "nonsense")]
    public async Task Docker_prints_the_sentence(string runtime, string named)
    {
        var result = await Docker.RunAsync(Asking(_busybox!, "all", ["true"]) with { Runtime = runtime });

        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Not.Zero);
            Assert.That(ErrorLine.In(result.Error), Does.Contain(named));
        });
    }

    [Test]
    public async Task A_container_that_failed_can_be_removed_and_leaves_nothing()
    {
        var name = $"failed-{Guid.NewGuid():N}";
        var result = await Docker.DockerAsync("run", "--name", name, "--network", "none", "--runtime", RuntimeNames.GpuRuntime,
            "--env", "NVIDIA_VISIBLE_DEVICES=9", _busybox!.Reference, "true");

        Assert.That(result.ExitCode, Is.Not.Zero);
        (await Docker.DockerAsync("rm", name)).EnsureSuccess();
        Assert.That((await Docker.DockerAsync("ps", "--all", "--quiet")).Output.Trim(), Is.Empty);
    }

    private protected override ImmutableDictionary<string, string> Runtimes()
    {
        var withoutRuntime = Machine.WriteConfiguration("no-runc.json", static json => json["lowLevelRuntimes"] = new JsonArray("no-such-runc"));
        var broken = Machine.WriteConfiguration("broken.json", static json => json["nonsense"] = true);
        return base.Runtimes()
            .Add("no-runc", Script("no-runc", withoutRuntime))
            .Add("broken", Script("broken", broken));
    }

    private string Script(string name, string configuration) =>
        RuntimeScript.WithEnvironment(Machine.Directory.Combine(name), Programs.GpuRuntime, [new("GPU_RUNTIME_CONFIG", configuration)]);

    private protected override async Task PrepareAsync() => _busybox = await ImportedAsync(TestImage.Busybox(Machine.Directory));
}
