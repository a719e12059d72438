using System.Text.Json;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>
/// A configuration that breaks while containers run: nothing new gets a GPU, and what runs can still be looked at, stopped and deleted. Containers
/// without GPUs start as long as it cannot be the configuration that chooses their runtime, or that says who asks for GPUs.
/// </summary>
public sealed class BrokenConfigurationRows : BundleFixture
{
    private string _broken = "";

    [TestCase("create", "all", null)]
    [TestCase("run", "all", null)]
    [TestCase("create", null, "lowLevelRuntimes")]
    [TestCase("run", null, "lowLevelRuntimes")]
    [TestCase("create", null, "swarmResources")]
    public async Task A_create_fails_with_every_problem_and_changes_nothing(string verb, string? devices, string? choice)
    {
        var id = NewId();
        var bundle = await CreateBundleAsync(id, devices, command: ["true"]);
        var before = BundleSnapshot.Of(bundle);
        var configuration = _broken;
        if (choice is not null)
        {
            configuration = Machine.Directory.Combine($"broken-{choice}.json");
            await File.WriteAllTextAsync(configuration, (await File.ReadAllTextAsync(_broken)).Replace("\n}", $",\n  \"{choice}\": [\"x\"]\n}}", StringComparison.Ordinal));
        }

        var result = await Shim("--root", Bundles.StateRoot, verb, "--bundle", bundle.Directory, id).WithEnvironment("GPU_RUNTIME_CONFIG", configuration).RunAsync();

        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(1), result.ToString());
            Assert.That(ErrorLine.In(result.Error), Does.Contain("line 2: unknown key \"nonsense\"").And.Contain("line 3: log.level must be one of"));
            Assert.That(BundleSnapshot.Of(bundle), Is.EqualTo(before));
            Assert.That(Directory.Exists(Path.Combine(Bundles.StateRoot, id)), Is.False, "a container was created");
        });
    }

    [Test]
    public async Task A_container_without_GPUs_starts()
    {
        var id = NewId();
        var bundle = await CreateBundleAsync(id, null, command: ["echo", "started"]);

        var result = await BrokenAsync("run", "--bundle", bundle.Directory, id);

        Assert.That(result.EnsureSuccess().Lines, Is.EqualTo((string[])["started"]));
    }

    [Test]
    public async Task Every_other_verb_still_works()
    {
        var id = NewId();
        var bundle = await CreateBundleAsync(id, "0", command: ["sleep", "1000"]);
        string[] root = ["--root", Bundles.StateRoot];
        (await Shim([.. root, "create", "--bundle", bundle.Directory, id]).RunAsync()).EnsureSuccess();

        (await BrokenAsync("start", id)).EnsureSuccess();
        var node = HostNodes.OfGpus(Host, 0).Single();
        Probe.AssertAllOpen(await BrokenAsync(["exec", id, .. Probe.Open(node)]), node);
        Assert.That((await BrokenAsync("list", "--quiet")).EnsureSuccess().Lines, Does.Contain(id));
        (await BrokenAsync("pause", id)).EnsureSuccess();
        (await BrokenAsync("resume", id)).EnsureSuccess();
        (await BrokenAsync("kill", id, "KILL")).EnsureSuccess();
        var state = await BrokenAsync("state", id);
        (await BrokenAsync("delete", "--force", id)).EnsureSuccess();

        Assert.That(JsonDocument.Parse(state.EnsureSuccess().Output).RootElement.GetProperty("id").GetString(), Is.EqualTo(id));
        Assert.That(Directory.Exists(Path.Combine(Bundles.StateRoot, id)), Is.False);
    }

    // Engines parse what these verbs print, so that a warning goes to no other place than the engine's log.
    [TestCase("state no-such-container")]
    [TestCase("delete no-such-container")]
    [TestCase("list")]
    [TestCase("features")]
    public async Task What_other_verbs_print_is_runcs_alone(string line)
    {
        string[] arguments = ["--root", Bundles.StateRoot, .. line.Split(' ')];
        var alone = await Runc(arguments).RunAsync();

        var result = await Shim(arguments).WithEnvironment("GPU_RUNTIME_CONFIG", _broken).RunAsync();

        Assert.That(
            (result.ExitCode, RuncOutput.Comparable(result.Output), RuncOutput.Comparable(result.Error)),
            Is.EqualTo((alone.ExitCode, RuncOutput.Comparable(alone.Output), RuncOutput.Comparable(alone.Error))));
    }

    [Test]
    public async Task The_engines_log_has_a_warning()
    {
        var log = Machine.Directory.Combine("log.json");

        (await BrokenAsync("--log", log, "--log-format", "json", "list")).EnsureSuccess();

        using var entry = JsonDocument.Parse(File.ReadLines(log).First());
        Assert.That(entry.RootElement.GetProperty("level").GetString(), Is.EqualTo("warning"));
        Assert.That(entry.RootElement.GetProperty("msg").GetString(), Does.Contain("GRT1102").And.Contain("nonsense"));
    }

    [TestCase("--version")]
    [TestCase("--help")]
    public async Task The_version_and_the_help_are_told_all_the_same(string flag)
    {
        var result = await Shim(flag).WithEnvironment("GPU_RUNTIME_CONFIG", _broken).RunAsync();

        Assert.That(result.EnsureSuccess().Output, Does.Contain("gpu-runtime"));
    }

    private Task<CommandResult> BrokenAsync(params ReadOnlySpan<string> arguments) =>
        Shim(["--root", Bundles.StateRoot, .. arguments]).WithEnvironment("GPU_RUNTIME_CONFIG", _broken).RunAsync();

    private protected override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        _broken = Machine.Directory.Combine("broken.json");
        await File.WriteAllTextAsync(_broken, "{\n  \"nonsense\": true,\n  \"log\": { \"level\": \"loud\" }\n}\n");
    }
}
