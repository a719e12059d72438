using System.Text.Json.Nodes;
using GpuRuntime.EndToEnd.Tests.Monitoring;
using GpuRuntime.Security.Tests.Sockets;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>What the agent serves, and to whom: no page for whoever debugs it (CVE-2026-47483 was one of NVIDIA's exporter), and by default this machine alone.</summary>
[Category("T8")]
public sealed class AgentPathRows : SharedAgentFixture
{
    private static readonly string[] Debugging =
    [
        "/debug", "/debug/", "/debug/pprof", "/debug/pprof/", "/debug/pprof/heap", "/debug/pprof/profile?seconds=1", "/debug/pprof/cmdline", "/debug/pprof/trace", "/debug/vars", "/debug/requests",
        "/pprof", "/vars", "/env", "/config", "/status", "/actuator", "/actuator/heapdump", "/actuator/env", "/-/reload", "/-/quit", "/quitquitquit", "/shutdown", "/dump", "/gcdump", "/trace",
        "/logs", "/api/v1/config", "/api/v1/debug/pprof/heap", "/metrics/debug", "/swagger", "/server-status", "/.env", "/.git/config", "/proc/self/environ", "/favicon.ico", "/index.html",
    ];

    // All of it.
    private static readonly string[] Pages = ["/", "/app.js", "/chart.js", "/format.js", "/style.css", "/icon.svg", "/metrics", "/healthz", "/api/v1/gpus", "/api/v1/history"];

    [Test]
    public async Task Nothing_is_there_for_whoever_debugs_or_steers_it() => Assert.That(await AnsweredAsync(Served.Door, Debugging), Is.Empty);

    [Test]
    public async Task What_is_there_is_what_the_documentation_names() =>
        Assert.That(await AnsweredAsync(Served.Door, [.. Debugging, .. Pages]), Is.EquivalentTo(Pages));

    [Test]
    [Category("Control")]
    public async Task A_server_that_answers_there_is_seen()
    {
        await using var server = await WeakServer.StartAsync(await WeakServer.BuildAsync(Machine.Directory), "none", Machine.Directory.Combine("weak"));

        Assert.That(await AnsweredAsync(server.Door, Debugging), Is.EquivalentTo(Debugging));
    }

    [Test]
    public async Task By_default_it_listens_to_this_machine_alone()
    {
        var config = Machine.Directory.Combine("empty.json");
        await File.WriteAllTextAsync(config, "{}");

        var result = await Command.Of(Programs.GpuRuntime, "config", "--config", config).RunAsync();

        Assert.That(result.EnsureSuccess().Output, Does.Contain("127.0.0.1:9400"));
    }

    [Test]
    public async Task Everywhere_it_listens_with_a_certificate_and_a_token_or_not_at_all()
    {
        var config = Machine.WriteConfiguration("everywhere.json", json =>
        {
            json["agent"] = new JsonObject { ["listen"] = "0.0.0.0:0" };
            json["stateDirectory"] = Machine.Directory.Combine("another-state");
        });

        var result = await Command.Of(Programs.GpuRuntimeAgent, "serve", "--config", config).RunAsync();

        Assert.That(result.ExitCode, Is.Not.Zero);
        Assert.That(result.Error, Does.Contain("GRT5303"));
    }

    private static async Task<List<string>> AnsweredAsync(AgentDoor door, IEnumerable<string> paths)
    {
        var answered = new List<string>();
        foreach (var path in paths)
        {
            if ((await Scraper.TryAsync(door, path))?.Status is not 404)
                answered.Add(path);
        }

        return answered;
    }
}
