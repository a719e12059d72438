using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>Verbs that are not ours: the answer is runc's own.</summary>
public sealed class PassThroughRows : BundleFixture
{
    private string _id = "";

    [OneTimeSetUp]
    public async Task StartOneContainerAsync()
    {
        _id = NewId();
        var bundle = await CreateBundleAsync(_id, null, command: ["sleep", "1000"]);
        (await Runc("--root", Bundles.StateRoot, "run", "--detach", "--bundle", bundle.Directory, _id).RunAsync()).EnsureSuccess();
    }

    [TestCase("list")]
    [TestCase("list --quiet")]
    [TestCase("list --format json")]
    [TestCase("state ID")]
    [TestCase("ps ID")]
    [TestCase("ps --format json ID")]
    [TestCase("exec ID echo hello")]
    [TestCase("exec --env A=b --cwd /tmp --user 7:8 ID sh -c pwd;id")]
    [TestCase("exec ID sh -c exit\u00a05")]
    [TestCase("state no-such-container")]
    [TestCase("kill no-such-container TERM")]
    [TestCase("delete no-such-container")]
    [TestCase("delete --force no-such-container")]
    [TestCase("start no-such-container")]
    [TestCase("features")]
    [TestCase("spec --help")]
    [TestCase("no-such-verb")]
    public async Task The_answer_is_that_of_runc(string line)
    {
        var arguments = (string[])["--root", Bundles.StateRoot, .. line.Split(' ').Select(word => word.Replace("ID", _id, StringComparison.Ordinal).Replace('\u00a0', ' '))];

        var alone = await Runc(arguments).RunAsync();
        var shim = await Shim(arguments).RunAsync();

        Assert.That(
            (shim.ExitCode, RuncOutput.Comparable(shim.Output), RuncOutput.Comparable(shim.Error)),
            Is.EqualTo((alone.ExitCode, RuncOutput.Comparable(alone.Output), RuncOutput.Comparable(alone.Error))));
    }

    [Test]
    public async Task Pause_resume_kill_and_delete_do_what_runc_does()
    {
        var id = NewId();
        var bundle = await CreateBundleAsync(id, "0", command: ["sleep", "1000"]);
        string[] root = ["--root", Bundles.StateRoot];
        (await Shim([.. root, "run", "--detach", "--bundle", bundle.Directory, id]).RunAsync()).EnsureSuccess();

        (await Shim([.. root, "pause", id]).RunAsync()).EnsureSuccess();
        Assert.That(await StatusAsync(id), Is.EqualTo("paused"));
        (await Shim([.. root, "resume", id]).RunAsync()).EnsureSuccess();
        Assert.That(await StatusAsync(id), Is.EqualTo("running"));
        (await Shim([.. root, "kill", id, "KILL"]).RunAsync()).EnsureSuccess();
        for (var attempt = 0; attempt < 100 && await StatusAsync(id) != "stopped"; attempt++)
            await Task.Delay(50);
        (await Shim([.. root, "delete", id]).RunAsync()).EnsureSuccess();

        Assert.That((await Runc([.. root, "state", id]).RunAsync()).ExitCode, Is.Not.Zero);
    }

    [TestCase("--version")]
    [TestCase("-v")]
    public async Task The_version_is_ours_and_the_low_level_runtimes_in_lines_that_engines_parse(string flag)
    {
        var alone = (await Runc(flag).RunAsync()).EnsureSuccess();

        var shim = (await Shim(flag).RunAsync()).EnsureSuccess();

        Assert.Multiple(() =>
        {
            Assert.That(shim.Lines[0], Does.Match(@"^gpu-runtime version \d+\.\d+\.\d+"));
            Assert.That(shim.Lines, Is.SupersetOf(alone.Lines));
        });
    }

    [Test]
    public async Task The_hook_and_the_agent_tell_their_versions_too([Values("gpu-runtime-hook", "gpu-runtime-agent")] string program)
    {
        var result = await Command.Of(Path.Combine(Path.GetDirectoryName(Programs.GpuRuntime)!, program), "--version").RunAsync();

        Assert.That(result.EnsureSuccess().Output, Does.Match($@"^{program} version \d+\.\d+\.\d+"));
    }

    [TestCase("--help")]
    [TestCase("-h")]
    public async Task Help_names_the_verbs(string flag)
    {
        var result = await Shim(flag).RunAsync();

        Assert.That(result.EnsureSuccess().Output, Does.Contain("gpu-runtime").And.Contain("create").And.Contain("devices"));
    }

    [Test]
    public async Task Spec_writes_the_document_that_runc_writes()
    {
        var ours = Machine.Directory.CreateSubdirectory("spec-ours");
        var runcs = Machine.Directory.CreateSubdirectory("spec-runc");

        (await (Shim("spec") with { WorkingDirectory = ours }).RunAsync()).EnsureSuccess();
        (await (Runc("spec") with { WorkingDirectory = runcs }).RunAsync()).EnsureSuccess();

        Assert.That(await File.ReadAllTextAsync(Path.Combine(ours, "config.json")), Is.EqualTo(await File.ReadAllTextAsync(Path.Combine(runcs, "config.json"))));
    }

    private async Task<string?> StatusAsync(string id) =>
        (string?)JsonNode.Parse((await Runc("--root", Bundles.StateRoot, "state", id).RunAsync()).EnsureSuccess().Output)!["status"];
}
