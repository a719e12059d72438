using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.Prestart;

/// <summary>The hook's command line, and what `make install` offers of it.</summary>
public sealed class HookCommandRows
{
    private static readonly string[] Ours = ["gpu-runtime-annotation.json", "gpu-runtime-env.json"];

    private readonly TestDirectory _directory = TestDirectory.Create();

    [Test]
    public async Task Poststart_and_poststop_have_nothing_to_do([Values("poststart", "poststop")] string verb)
    {
        var result = await Command.Of(Programs.GpuRuntimeHook, verb).RunAsync();

        Assert.That((result.ExitCode, result.Output, result.Error), Is.EqualTo((0, "", "")));
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

    [Test]
    public async Task The_name_that_Docker_looks_for_is_a_link_to_the_hook()
    {
        var root = await InstallAsync("/usr/local");
        var link = Path.Combine(root, "usr/local/bin/nvidia-container-runtime-hook");

        Assert.That(new FileInfo(link).LinkTarget, Is.EqualTo("gpu-runtime-hook"));
        (await CompatibleNameAsync(root, "remove")).EnsureSuccess();
        Assert.That(File.Exists(link), Is.False);
    }

    [TestCase("usr/local/bin")]
    [TestCase("usr/bin")]
    public async Task A_program_of_that_name_that_is_somebody_elses_stays(string place)
    {
        var root = _directory.Combine($"root-{Guid.NewGuid():N}");
        var other = Path.Combine(Directory.CreateDirectory(Path.Combine(root, place)).FullName, "nvidia-container-runtime-hook");
        await File.WriteAllTextAsync(other, "theirs");

        var result = await MakeInstallAsync(root, "/usr/local");
        (await CompatibleNameAsync(root, "remove")).EnsureSuccess();

        Assert.Multiple(() =>
        {
            Assert.That(result.EnsureSuccess().Output, Does.Contain($"kept {other}"));
            Assert.That(File.ReadAllText(other), Is.EqualTo("theirs"));
            Assert.That(place == "usr/local/bin" || !File.Exists(Path.Combine(root, "usr/local/bin/nvidia-container-runtime-hook")));
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
