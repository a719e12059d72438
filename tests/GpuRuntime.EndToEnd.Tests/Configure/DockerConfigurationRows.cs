using System.Collections.Immutable;
using System.Text.Json.Nodes;
using GpuRuntime.EndToEnd.Tests.Rows;

namespace GpuRuntime.EndToEnd.Tests.Configure;

/// <summary>A dockerd that knows gpu-runtime from its daemon.json alone, as configure left that.</summary>
public sealed class DockerConfigurationRows : DockerFixture
{
    private TestImage? _image;

    private string DaemonJson => Machine.Directory.Combine("daemon.json");

    [Test]
    public async Task Docker_lists_the_runtime_starts_containers_with_it_by_default_and_knows_it_no_more_after_the_removal()
    {
        var configured = await InfoAsync();
        var container = await Docker.DockerAsync("run", "--rm", "--network", "none", "--env", "NVIDIA_VISIBLE_DEVICES=0", _image!.Reference, "ls", "/dev");
        (await Command.Of(Programs.GpuRuntime, "configure", "docker", "--file", DaemonJson, "--remove").RunAsync()).EnsureSuccess();
        (await Command.Of("kill", "-HUP", (await File.ReadAllTextAsync(Machine.Directory.Combine("docker.pid"))).Trim()).RunAsync()).EnsureSuccess();
        var removed = configured;
        for (var attempt = 0; removed == configured && attempt < 100; attempt++)
        {
            await Task.Delay(50);
            removed = await InfoAsync();
        }

        Assert.Multiple(() =>
        {
            Assert.That(configured, Is.EqualTo("gpu-runtime;gpu-runtime,other;a=b"));
            Assert.That(container.EnsureSuccess().Lines, Does.Contain("nvidiactl"));
            Assert.That(removed, Is.EqualTo("other;other;a=b"));
            Assert.That(File.ReadAllText(DaemonJson), Is.EqualTo(DaemonSettings.ToJsonString()));
        });
    }

    private static JsonObject DaemonSettings => new()
    {
        ["labels"] = new JsonArray("a=b"),
        ["default-runtime"] = "other",
        ["runtimes"] = new JsonObject { ["other"] = new JsonObject { ["path"] = Programs.Engine("runc") } },
    };

    private protected override async Task PrepareAsync() => _image = await ImportedAsync(TestImage.Busybox(Machine.Directory));

    private protected override ImmutableDictionary<string, string> Runtimes() => ImmutableDictionary<string, string>.Empty;

    // configure runs on the file that the daemon is about to read, in front of it. 20.10 knows no feature named cdi, and does not mind.
    private protected override EngineSettings Configure(EngineSettings settings) => settings with
    {
        DaemonConfiguration = DaemonSettings,
        DaemonPrefix = ["sh", "-c", """f=$1; p=$2; shift 2; "$p" configure docker --file "$f" --default --cdi >/dev/null && exec "$@" """, "sh", settings.Directory.Combine("daemon.json"), Programs.GpuRuntime],
    };

    private async Task<string> InfoAsync()
    {
        var info = JsonNode.Parse((await Docker.DockerAsync("info", "--format", "{{json .}}")).EnsureSuccess().Output)!;
        var runtimes = info["Runtimes"]!.AsObject().Select(runtime => runtime.Key).Where(name => name is "gpu-runtime" or "other").Order(StringComparer.Ordinal);
        return $"{info["DefaultRuntime"]};{string.Join(',', runtimes)};{info["Labels"]![0]}";
    }
}
