using System.Text.Json.Nodes;
using GpuRuntime.EndToEnd.Tests.Rows;

namespace GpuRuntime.EndToEnd.Tests.DockerPlugin;

/// <summary>How docker meets the plugin, by each docker command line of this machine; and the plugin called by hand.</summary>
public sealed class DockerPluginRows() : DockerPluginFixture(EngineKind.DockerOnCgroupV1)
{
    private const string Loose = "device=0,1";

    [TestCaseSource(typeof(DockerCommandLines), nameof(DockerCommandLines.All))]
    public async Task Docker_offers_the_command(string docker)
    {
        var help = (await AsUser(docker, "--help").RunAsync()).EnsureSuccess();
        var info = JsonNode.Parse((await AsUser(docker, "info", "--format", "{{json .ClientInfo.Plugins}}").RunAsync()).EnsureSuccess().Output)!;

        Assert.That(help.Output, Does.Match(@"gpu\*? +Run containers with GPUs of NVIDIA, AMD and Intel"));
        var plugin = info.AsArray().Single(static plugin => (string?)plugin!["Name"] == "gpu")!;
        Assert.That((string?)plugin["Path"], Is.EqualTo(Plugin));
        Assert.That((string?)plugin["Err"], Is.Null);
    }

    [TestCaseSource(typeof(DockerCommandLines), nameof(DockerCommandLines.All))]
    public async Task A_run_goes_on_with_the_docker_that_was_called(string docker)
    {
        var run = await AsUser(docker, ["gpu", "run", "--rm", "--network", "none", "--gpus", Loose, Busybox.Reference, .. Probe.Open(HostNodes.OfGpus(Host, 0, 1))]).RunAsync();
        var help = await AsUser(docker, "gpu", "run", "--help").RunAsync();

        Probe.AssertAllOpen(run, HostNodes.OfGpus(Host, 0, 1));
        var dockersOwn = (await AsUser(docker, "run", "--help").RunAsync()).EnsureSuccess().Output;
        Assert.That(help.EnsureSuccess().Output, Does.Contain("Usage:  docker gpu run").And.Contain("--dry-run").And.EndWith(dockersOwn));
    }

    [TestCaseSource(typeof(DockerCommandLines), nameof(DockerCommandLines.All))]
    public async Task Help_is_there_however_it_is_asked_for(string docker)
    {
        foreach (var arguments in (string[][])[["gpu"], ["gpu", "--help"], ["help", "gpu"]])
        {
            var result = await AsUser(docker, arguments).RunAsync();
            Assert.That(result.EnsureSuccess().Output, Does.StartWith("Usage:  docker gpu COMMAND").And.Contain("DOCKER_HOST"));
        }
    }

    [TestCaseSource(typeof(DockerCommandLines), nameof(DockerCommandLines.All))]
    public async Task Dockers_own_flags_in_front_reach_the_docker_that_runs(string docker)
    {
        var nobody = $"unix://{Machine.Directory.Combine("nobody.sock")}";

        var dryRun = await AsUser(docker, "--log-level", "error", "-H", nobody, "gpu", "run", "--dry-run", "--gpus", Loose, "image").RunAsync();
        var run = await AsUser(docker, "-H", nobody, "gpu", "run", "--gpus", Loose, "image").RunAsync();

        Assert.That(dryRun.EnsureSuccess().Output, Is.EqualTo($"docker --log-level error -H {nobody} run --gpus '\"device=0,1\"' image\n"));
        Assert.That(run.ExitCode, Is.EqualTo(125), run.ToString());
        Assert.That(run.Error, Does.Contain(nobody));
    }

    [Test]
    public async Task A_dry_run_pasted_into_a_shell_is_the_same_run()
    {
        const string script = "for a; do printf '%s|' \"$a\"; done; exec ls /dev";
        string[] arguments = ["--rm", "--network", "none", "--gpus", Loose, Busybox.Reference, "sh", "-c", script, "sh", "it's", "two\nlines", "", "*", "$HOME \"x\""];

        var pasted = (await AsUser("docker", ["gpu", "run", "--dry-run", .. arguments]).RunAsync()).EnsureSuccess().Output;
        var run = await AsUser("docker", ["gpu", "run", .. arguments]).RunAsync();

        Assert.That(run.EnsureSuccess().Output, Does.StartWith("it's|two\nlines||*|$HOME \"x\"|"));
        Assert.That((await AsUser("sh", "-c", pasted).RunAsync()).EnsureSuccess().Output, Is.EqualTo(run.Output));
    }

    // To a docker that writes down what it gets: the real one makes JSON of it, in which bytes that are no text are lost.
    [Test]
    public async Task Arguments_that_are_no_text_reach_docker_as_they_were()
    {
        var programs = Machine.Directory.CreateSubdirectory("writes-down");
        RuntimeScript.Write(Path.Combine(programs, "docker"), "#!/bin/sh\nprintf '%s|' \"$@\" | od -An -tx1 -w1000\n");
        const string script = """exec "$0" run --gpus 0,1 --name "$(printf '\376')" image "$(printf '\377')" """;

        var result = await AsUser("sh", "-c", script, Plugin).WithEnvironment("PATH", $"{programs}:{Programs.SearchPath}").RunAsync();

        var expected = Convert.ToHexStringLower([.. "run|--gpus|\"device=0,1\"|--name|"u8, 0xfe, .. "|image|"u8, 0xff, (byte)'|']);
        Assert.That(result.EnsureSuccess().Output.Trim().Replace(" ", "", StringComparison.Ordinal), Is.EqualTo(expected));
    }

    [Test]
    public async Task Standard_input_reaches_the_container()
    {
        var input = Machine.Directory.Combine("input");
        await File.WriteAllTextAsync(input, "from the caller\n");

        var result = await (AsUser("docker", "gpu", "run", "-i", "--rm", "--network", "none", "--gpus", Loose, Busybox.Reference, "cat") with { InputPath = input }).RunAsync();

        Assert.That(result.EnsureSuccess().Output, Is.EqualTo("from the caller\n"));
    }

    // To docker's own process a plugin's command is a child that it sends nothing to. Called by its name, the plugin is docker.
    [Test]
    public async Task The_plugin_by_its_own_name_runs_too_and_hands_on_signals()
    {
        const string script = "trap 'echo got it; exit 5' TERM; echo ready; i=0; while [ $i -lt 300 ]; do sleep 0.1; i=$((i+1)); done";
        using var output = new OutputFiles();
        using var process = AsUser(Plugin, "run", "--rm", "--network", "none", "--gpus", Loose, Busybox.Reference, "sh", "-c", script).Start(output.Prefix);
        for (var attempt = 0; attempt < 300 && !output.Output.Contains("ready", StringComparison.Ordinal) && !process.HasExited; attempt++)
            await Task.Delay(100);

        (await Command.Of("kill", "-TERM", $"{process.Id}").RunAsync()).EnsureSuccess();
        await process.WaitForExitAsync();

        Assert.That((process.ExitCode, output.Output, output.Error), Is.EqualTo((5, "ready\ngot it\n", "")));
    }

    [TestCase("exec", "-it", "id", "sh")]
    [TestCase("start", "id")]
    [TestCase("state", "id")]
    [TestCase("create", "--bundle", "/nowhere", "id")]
    [TestCase("devices")]
    [TestCase("gpu", "runs")]
    public async Task A_command_that_the_plugin_has_not_is_refused_and_never_runcs(params string[] arguments)
    {
        var result = await AsUser(Plugin, arguments).RunAsync();

        Assert.That(result.ExitCode, Is.EqualTo(1), result.ToString());
        Assert.That(result.Error, Is.EqualTo($"gpu-runtime: GRT5201: docker gpu has no command \"{arguments.First(static word => word != "gpu")}\"; its commands are run, ls and check (docker gpu --help).\n"));
    }

    [TestCase("device=0,count=2", "GRT2001")]
    [TestCase("device=zero", "GRT2001")]
    public async Task A_wrong_request_is_refused_before_docker_is_called(string gpus, string code)
    {
        var result = await AsUser("docker", "gpu", "run", "--gpus", gpus, "image").RunAsync();

        Assert.That(result.ExitCode, Is.EqualTo(125), result.ToString());
        Assert.That(result.Error, Does.StartWith($"gpu-runtime: {code}: --gpus: "));
    }

    [Test]
    public async Task Without_a_docker_there_is_a_sentence()
    {
        var result = await AsUser(Plugin, "run", "--gpus", "all", "image").WithEnvironment("PATH", Machine.Directory.FullPath).RunAsync();

        Assert.That(result.ExitCode, Is.EqualTo(125), result.ToString());
        Assert.That(result.Error, Does.StartWith("gpu-runtime: GRT5202: No docker was found"));
    }

    [Test]
    public async Task A_plugin_that_is_called_docker_does_not_run_itself()
    {
        var programs = Machine.Directory.CreateSubdirectory("only-us");
        File.CreateSymbolicLink(Path.Combine(programs, "docker"), Programs.GpuRuntime);

        var result = await AsUser(Plugin, "run", "--gpus", "all", "image").WithEnvironment("PATH", programs).RunAsync();

        Assert.That(result.Error, Does.StartWith("gpu-runtime: GRT5202: No docker was found"));
    }

    [Test]
    public async Task A_limit_needs_a_daemon_to_ask_and_everything_else_does_not()
    {
        var nobody = $"unix://{Machine.Directory.Combine("nobody.sock")}";

        var limited = await AsUser("docker", "-H", nobody, "gpu", "run", "--dry-run", "--gpus", "all,memory=2GB", "image").RunAsync();
        var unlimited = await AsUser("docker", "-H", nobody, "gpu", "run", "--dry-run", "--gpus", "device=0-3", "image").RunAsync();

        Assert.That(limited.ExitCode, Is.EqualTo(125), limited.ToString());
        Assert.That(limited.Error, Does.StartWith("gpu-runtime: GRT5202: ").And.Contain(nobody));
        Assert.That(unlimited.EnsureSuccess().Output, Does.EndWith("run --gpus '\"device=0,1,2,3\"' image\n"));
    }
}
