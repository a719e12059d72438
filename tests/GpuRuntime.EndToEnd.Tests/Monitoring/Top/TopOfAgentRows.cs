using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.Monitoring.Top;

/// <summary>`gpu-runtime top` that asks a running agent, and what becomes of it when there is none.</summary>
public sealed class TopOfAgentRows : TopScreenFixture
{
    private string Socket => Machine.Directory.CreateSubdirectory("run") + "/agent.sock";

    [TestCase("json", "/api/v1/gpus")]
    [TestCase("prom", "/metrics")]
    public async Task What_it_prints_is_what_the_agent_serves(string format, string page)
    {
        var agent = await StartAsync(Agent());
        await agent.SampleAsync(static sample => sample["processes"]!.AsArray().Count == 2, "both processes");

        // A sample of the same moment.
        for (var tries = 0; ; tries++)
        {
            var before = (await agent.GetAsync(page)).Text.TrimEnd('\n');
            var printed = (await Top("--once", "--format", format, "--agent", $"127.0.0.1:{agent.Door.Port}").RunAsync()).EnsureSuccess().Output.TrimEnd('\n');
            if (before != (await agent.GetAsync(page)).Text.TrimEnd('\n') && tries < 20)
                continue;
            Assert.That(printed, Is.EqualTo(before));
            return;
        }
    }

    [Test]
    public async Task An_agent_that_the_configuration_names_is_asked_and_no_other_is_needed()
    {
        var configuration = Configuration(new JsonObject { ["listen"] = $"unix:{Socket}" });
        var alone = (await Top("--once", "--config", configuration).RunAsync()).EnsureSuccess();
        await StartAsync(Agent(), $"unix:{Socket}");
        var asked = (await Top("--once", "--config", configuration).RunAsync()).EnsureSuccess();
        var unasked = (await Top("--once", "--config", configuration, "--agent", "none").RunAsync()).EnsureSuccess();

        Assert.That(alone.Lines[0], Does.EndWith("  no agent"));
        Assert.That(asked.Lines[0], Does.EndWith($"  agent unix:{Socket}"));
        Assert.That(unasked.Lines[0], Does.EndWith("  no agent"));
    }

    [Test]
    public async Task Lines_over_time_begin_with_what_the_agent_has_kept()
    {
        var agent = await StartAsync(Agent());
        // A point is the mean of five seconds.
        await UntilKeptAsync(agent, static gpu => gpu["utilizationRatio"]!.AsArray().Any(static point => (double?)point is > 0.369 and < 0.371));
        Tell(0, Idle with { Busy = 99 });
        await agent.SampleAsync(static sample => (double?)sample["gpus"]![0]!["utilizationRatio"] == 0.99, "how busy it is now");

        var top = Show(Top("--agent", $"127.0.0.1:{agent.Door.Port}"), columns: 200);

        await top.UntilAsync("^  util .*▃▃▃▃▃.*█  mem ");
        await QuitAsync(top);
    }

    [Test]
    public async Task An_agent_that_ends_while_one_looks_is_said_and_asked_again()
    {
        var agent = await StartAsync(Agent(), $"unix:{Socket}");
        var top = Show(Top("--agent", $"unix:{Socket}", "--interval", "0.2"));
        var first = await top.UntilAsync("^› amd:0 .* 37% ");
        await agent.Process.StopAsync();
        var alone = await top.UntilAsync("^! The agent at .* does not answer: ");
        Tell(0, Idle with { Busy = 71 });
        await StartAsync(Agent(), $"unix:{Socket}");
        var back = await top.UntilAsync("^› amd:0 .* 71% ");

        Assert.That(first[0], Does.EndWith($"  agent unix:{Socket}"));
        Assert.That(alone, Has.Some.Match("^› amd:0 .* 37% "), "what was last known stays");
        Assert.That(back, Has.None.StartsWith("!"));
        await QuitAsync(top);
    }

    [TestCase("127.0.0.1:1", "The agent at \"127.0.0.1:1\" does not answer: ", "GRT5302")]
    [TestCase("unix:/nowhere/agent.sock", "The agent at \"unix:/nowhere/agent.sock\" does not answer: ", "GRT5302")]
    [TestCase("nonsense", "--agent is ADDRESS:PORT, unix:PATH or none, and \"nonsense\" is not.", "GRT5302")]
    public async Task An_agent_that_is_named_and_does_not_answer_is_one_sentence(string address, string sentence, string code)
    {
        var result = await Top("--once", "--agent", address).RunAsync();

        Assert.That((result.ExitCode, result.Output), Is.EqualTo((1, "")));
        Assert.That(result.Error, Does.StartWith("gpu-runtime-agent: ").And.Contain(sentence).And.Contain(code));
        Assert.That(result.Error.TrimEnd('\n').Split('\n'), Has.Length.EqualTo(1), result.Error);
    }

    [Test]
    public async Task Without_the_agent_s_program_beside_it_it_says_what_to_install()
    {
        var alone = Machine.Directory.CreateSubdirectory("alone") + "/gpu-runtime";
        File.Copy(Programs.GpuRuntime, alone, overwrite: true);

        var result = await Command.Of(alone, "top", "--once").WithEnvironment(Machine.Environment).RunAsync();

        Assert.That((result.ExitCode, result.Output), Is.EqualTo((1, "")));
        Assert.That(result.Error, Does.Contain("GRT5301").And.Contain($"{alone}-agent is not installed").And.Contain("install gpu-runtime-agent beside gpu-runtime"));
    }

    [TestCase("--format", "xml")]
    [TestCase("--sort", "name")]
    [TestCase("--interval", "0")]
    [TestCase("--interval", "soon")]
    [TestCase("--interval")]
    [TestCase("--frequently")]
    [TestCase("all")]
    public async Task Options_that_are_none_are_told_and_nothing_is_shown(params string[] options)
    {
        var result = await Top(options).RunAsync();

        Assert.That((result.ExitCode, result.Output), Is.EqualTo((2, "")));
        Assert.That(result.Error, Does.StartWith($"gpu-runtime top: these are not its options: \"{string.Join(' ', options)}\"; gpu-runtime top --help lists them."));
    }

    [Test]
    public async Task A_configuration_that_cannot_be_read_is_one_sentence()
    {
        var broken = Machine.WriteConfiguration("broken.json", static config => config["agent"] = new JsonObject { ["compat"] = "nvml" });

        var result = await Top("--once", "--config", broken).RunAsync();

        Assert.That((result.ExitCode, result.Output), Is.EqualTo((1, "")));
        Assert.That(result.Error, Does.Contain("GRT").And.Contain("agent.compat"));
    }

    private static async Task UntilKeptAsync(ServedAgent agent, Predicate<JsonNode> condition)
    {
        for (var clock = System.Diagnostics.Stopwatch.StartNew(); ; await Task.Delay(200))
        {
            var gpus = JsonNode.Parse((await agent.GetAsync("/api/v1/history")).Content)!["gpus"]!.AsArray();
            if (gpus.FirstOrDefault(static gpu => (string?)gpu!["id"] == "amd:0") is { } gpu && condition(gpu))
                return;
            Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(60)), () => gpus.ToJsonString());
        }
    }
}
