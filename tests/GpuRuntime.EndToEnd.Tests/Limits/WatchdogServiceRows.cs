using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.Limits;

/// <summary>`gpu-runtime-agent serve` as a service, and what gpu-runtime makes of it.</summary>
public sealed class WatchdogServiceRows() : WatchdogFixture(EngineKind.RuncOnCgroupV1)
{
    private string StateFile => Path.Combine(Machine.StateDirectory, "watchdog");

    [Test]
    public async Task While_it_runs_a_container_can_have_a_memory_limit()
    {
        await StartAgentAsync();
        var container = await RunAsync("amd:0,memory=1GiB", "sleep", "1000");

        var environment = container.Bundle.ReadConfig()["process"]!["env"]!.AsArray().Select(static variable => (string)variable!);
        Assert.That(environment, Is.SupersetOf((string[])["GPU_RUNTIME_MEMORY_TIER=watchdog", $"GPU_RUNTIME_MEMORY_LIMIT={Limit}"]));
        var memory = JsonNode.Parse(await File.ReadAllTextAsync(EntryOf(container.Id)))!["gpus"]![0]!["memory"]!;
        Assert.That(memory.ToJsonString(), Is.EqualTo($$"""{"limitBytes":{{Limit}},"enforcedBytes":{{Limit}},"tier":"watchdog"}"""));
    }

    [TestCase("KILL")]
    [TestCase("TERM")]
    [TestCase("INT")]
    public async Task Once_it_has_ended_a_limit_is_refused_and_the_sentence_names_it(string signal)
    {
        var agent = await StartAgentAsync();
        await RunAsync("amd:0,memory=1GiB", "sleep", "1000");

        var status = await agent.StopAsync(signal);

        if (signal != "KILL")
        {
            Assert.That(status, Is.Zero);
            Assert.That(await File.ReadAllTextAsync(StateFile), Is.Empty);
        }

        var result = await RefusedAsync("amd:0,memory=1GiB");
        Assert.That(result.Error, Does.Contain("GRT2007").And.Contain("gpu-runtime-agent is not running"));
    }

    [Test]
    public async Task A_second_one_is_refused_with_a_sentence()
    {
        var first = await StartAgentAsync();

        var second = await Agent().RunAsync();

        Assert.That((second.ExitCode, second.Output), Is.EqualTo((1, "")));
        Assert.That(second.Error.Trim(), Is.EqualTo(
            $"gpu-runtime-agent: GRT4003: Another gpu-runtime-agent serves here: it holds {StateFile}. Stop that one first (fuser {StateFile} tells its pid), or set stateDirectory in the configuration."));
        // By cat: .NET would ask for the lock.
        Assert.That((await Command.Of("cat", StateFile).RunAsync()).Output, Does.Match(@"^amd intel *\n$"));
        Assert.That(await first.StopAsync(), Is.Zero);
    }

    [Test]
    public async Task It_says_that_it_is_ready_and_what_it_watches()
    {
        var agent = await StartAgentAsync();

        Assert.That(agent.Events.Single().ToJsonString(), Does.Match("""^\{"time":"[^"]*","event":"ready","vendors":\["amd","intel"\]\}$"""));
        Assert.That(agent.Warnings, Is.Empty);
    }

    [TestCase("/")]
    [TestCase("@")]
    public async Task The_service_manager_is_told_when_it_is_ready_that_it_lives_and_when_it_stops(string beginning)
    {
        var name = beginning == "/" ? Machine.Directory.Combine("notify") : $"@grt-{Guid.NewGuid():N}";
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(name.Replace('@', '\0')));
        var agent = await StartAgentAsync(Agent().WithEnvironment("NOTIFY_SOCKET", name));
        await agent.UntilAsync(() => socket.Available > 0, "it tells of itself");
        Assert.That(await ReceiveAsync(socket), Is.EqualTo("READY=1"));
        Assert.That(await ReceiveAsync(socket), Is.EqualTo("WATCHDOG=1"));

        await agent.StopAsync();

        string last;
        do
            last = await ReceiveAsync(socket);
        while (last == "WATCHDOG=1");
        Assert.That(last, Is.EqualTo("STOPPING=1"));
    }

    [TestCase("serve", "more")]
    [TestCase("serve", "--config")]
    [TestCase("serve", "--config=")]
    [TestCase("serve", "--listen")]
    public async Task Arguments_that_are_not_exactly_these_fail_with_the_usage(params string[] arguments)
    {
        var result = await Command.Of(Programs.GpuRuntimeAgent, arguments).RunAsync();

        Assert.That((result.ExitCode, result.Output), Is.EqualTo((2, "")));
        Assert.That(result.Error, Does.Contain("gpu-runtime-agent serve [--config FILE]"));
    }

    [Test]
    public async Task A_configuration_that_cannot_be_read_is_told()
    {
        var result = await Agent("--config", "/nowhere/config.json").RunAsync();

        Assert.That(result.ExitCode, Is.EqualTo(1));
        Assert.That(result.Error, Does.Contain("GRT1101").And.Contain("/nowhere/config.json"));
    }

    private async Task<CommandResult> RefusedAsync(string request)
    {
        var id = NewId();
        var bundle = await CreateBundleAsync(id, null, BundleEngine.DefaultOptions with { Env = [$"GPU_RUNTIME_GPUS={request}"] }, "true");
        var result = await Shim("--root", Bundles.StateRoot, "create", "--bundle", bundle.Directory, id).RunAsync();
        Assert.That(result.ExitCode, Is.Not.Zero);
        return result;
    }

    private static async Task<string> ReceiveAsync(Socket socket)
    {
        var buffer = new byte[256];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, limit.Token));
    }
}
