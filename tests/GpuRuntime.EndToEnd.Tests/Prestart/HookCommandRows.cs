using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.Prestart;

/// <summary>The hook's command line, and what `make install` offers of it.</summary>
public sealed class HookCommandRows
{
    private static readonly string[] Ours = ["gpu-runtime-annotation.json", "gpu-runtime-env.json", "gpu-runtime-release.json"];

    private static readonly (string Name, string Program)[] Names = [("nvidia-container-runtime-hook", "gpu-runtime-hook"), ("amd-container-runtime", "gpu-runtime")];

    private readonly TestDirectory _directory = TestDirectory.Create();

    [Test]
    public async Task Poststart_has_nothing_to_do()
    {
        var result = await Command.Of(Programs.GpuRuntimeHook, "poststart").RunAsync();

        Assert.That((result.ExitCode, result.Output, result.Error), Is.EqualTo((0, "", "")));
    }

    [TestCase("", 1, "GRT4006")]
    [TestCase("""{"id":"c1","status":"stopped","bundle":"/nowhere"}""", 0, "")]
    [TestCase("""{"id":"c1","status":"stopped","pid":0,"bundle":"/nowhere"}""", 0, "")]
    public async Task Poststop_wants_the_state_of_a_container_and_is_content_with_one_that_holds_nothing(string state, int status, string code)
    {
        var input = _directory.Combine($"{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(input, state);
        var config = _directory.Combine("config.json");
        await File.WriteAllTextAsync(config, new JsonObject { ["stateDirectory"] = _directory.Combine("state") }.ToJsonString());

        var result = await (Command.Of(Programs.GpuRuntimeHook, "poststop") with { InputPath = input }).WithEnvironment("GPU_RUNTIME_CONFIG", config).RunAsync();

        Assert.That((result.ExitCode, result.Output), Is.EqualTo((status, "")), result.ToString());
        Assert.That(result.Error, code.Length == 0 ? Is.Empty : Does.Contain(code));
    }

    [TestCase]
    [TestCase("prestart", "again")]
    [TestCase("createRuntime")]
    [TestCase("PRESTART")]
    [TestCase("--prestart")]
    public async Task Anything_else_fails_with_the_usage(params string[] arguments)
    {
        var result = await Command.Of(Programs.GpuRuntimeHook, arguments).RunAsync();

        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(result.Error, Does.Contain("usage: gpu-runtime-hook prestart"));
    }

    [TestCase("ENOSYS")]
    [TestCase("EPERM")]
    public async Task A_kernel_or_a_filter_without_openat2_is_told_in_a_sentence(string answer)
    {
        var result = await Command.Of(Programs.Engine("strace"), "-f", "-o", "/dev/null", "-e", $"inject=openat2:error={answer}", Programs.GpuRuntimeHook, "prestart").RunAsync();

        Assert.That((result.ExitCode, result.Output), Is.EqualTo((1, "")));
        Assert.That(result.Error, Does.StartWith("gpu-runtime-hook: GRT4004: ").And.Contain("openat2"));
    }

    [Test]
    public async Task Its_version_is_the_runtimes()
    {
        var hook = await Command.Of(Programs.GpuRuntimeHook, "--version").RunAsync();
        var runtime = await Command.Of(Programs.GpuRuntime, "--version").RunAsync();

        Assert.That(hook.EnsureSuccess().Output.Trim(), Is.EqualTo(runtime.EnsureSuccess().Lines[0].Replace("gpu-runtime ", "gpu-runtime-hook ", StringComparison.Ordinal)));
    }

    [Test]
    public async Task Installed_hooks_name_the_installed_program_and_have_an_environment_of_their_own([Values("/usr", "/usr/local", "/opt/gpu")] string prefix)
    {
        var root = await InstallAsync(prefix);

        var hooks = Path.Combine(root, "usr/share/containers/oci/hooks.d");
        Assert.That(Directory.GetFiles(hooks).Select(Path.GetFileName), Is.EquivalentTo(Ours));
        foreach (var file in Directory.GetFiles(hooks))
        {
            var hook = JsonNode.Parse(await File.ReadAllTextAsync(file))!["hook"]!;
            Assert.That((string?)hook["path"], Is.EqualTo($"{prefix}/bin/gpu-runtime-hook"));
            Assert.That(File.Exists(root + (string?)hook["path"]));
            Assert.That(hook["env"]!.AsArray(), Is.Not.Empty, "an absent one inherits the caller's");
            Assert.That((int?)hook["timeout"], Is.Positive);
        }
    }

    [TestCase("nvidia-container-runtime-hook", "gpu-runtime-hook")]
    [TestCase("amd-container-runtime", "gpu-runtime")]
    public async Task The_names_that_others_look_for_are_links_to_ours_and_go_with_them(string name, string program)
    {
        var root = await InstallAsync("/usr/local");
        var link = Path.Combine(root, "usr/local/bin", name);
        var version = (await Command.Of(link, "--version").RunAsync()).EnsureSuccess().Lines[0];

        Assert.That(new FileInfo(link).LinkTarget, Is.EqualTo(program));
        Assert.That(version, Does.StartWith(program + " "));
        (await CompatibleNameAsync(root, "remove")).EnsureSuccess();
        Assert.That(new FileInfo(link).LinkTarget, Is.Null);
        Assert.That(File.Exists(Path.Combine(root, "usr/local/bin", program)), "the program itself stays");
    }

    [Test]
    public async Task Installing_once_more_says_nothing_and_keeps_the_links()
    {
        var root = await InstallAsync("/usr/local");

        var again = await CompatibleNameAsync(root, "install");

        Assert.That((again.ExitCode, again.Output, again.Error), Is.EqualTo((0, "", "")));
        foreach (var (name, program) in Names)
            Assert.That(new FileInfo(Path.Combine(root, "usr/local/bin", name)).LinkTarget, Is.EqualTo(program));
    }

    [Test]
    public async Task A_program_of_such_a_name_that_is_somebody_elses_stays(
        [Values("nvidia-container-runtime-hook", "amd-container-runtime")] string name, [Values("usr/local/bin", "usr/bin")] string place, [Values] bool isLink)
    {
        var root = _directory.Combine($"root-{Guid.NewGuid():N}");
        var other = Path.Combine(Directory.CreateDirectory(Path.Combine(root, place)).FullName, name);
        if (isLink)
            File.CreateSymbolicLink(other, "their-program");
        else
            await File.WriteAllTextAsync(other, "theirs");

        var result = await MakeInstallAsync(root, "/usr/local");
        var (ownName, ownProgram) = Names.Single(own => own.Name != name);
        var ownLink = new FileInfo(Path.Combine(root, "usr/local/bin", ownName)).LinkTarget;
        (await CompatibleNameAsync(root, "remove")).EnsureSuccess();

        Assert.Multiple(() =>
        {
            Assert.That(result.EnsureSuccess().Output, Does.Contain($"kept {other}"));
            if (isLink)
                Assert.That(new FileInfo(other).LinkTarget, Is.EqualTo("their-program"));
            else
                Assert.That(File.ReadAllText(other), Is.EqualTo("theirs"));
            Assert.That(place == "usr/local/bin" || new FileInfo(Path.Combine(root, "usr/local/bin", name)).LinkTarget is null);
            Assert.That(ownLink, Is.EqualTo(ownProgram), "the other name is free");
            Assert.That(new FileInfo(Path.Combine(root, "usr/local/bin", ownName)).LinkTarget, Is.Null);
        });
    }

    [OneTimeTearDown]
    public async Task DeleteAsync() => await _directory.DisposeAsync();

    private async Task<string> InstallAsync(string prefix)
    {
        var root = _directory.Combine($"root-{Guid.NewGuid():N}");
        (await MakeInstallAsync(root, prefix)).EnsureSuccess();
        return root;
    }

    private static Task<CommandResult> MakeInstallAsync(string root, string prefix) =>
        Command.Of("make", "-C", Repository.Root, "install", $"DESTDIR={root}", $"PREFIX={prefix}").RunAsync();

    private static Task<CommandResult> CompatibleNameAsync(string root, string verb) =>
        Command.Of(Path.Combine(Repository.Root, "packaging/compatible-name.sh"), verb, "/usr/local/bin").WithEnvironment("DESTDIR", root).RunAsync();
}
