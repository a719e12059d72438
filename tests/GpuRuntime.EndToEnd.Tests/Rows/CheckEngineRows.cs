using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>gpu-runtime check: the engines of the machine, and when it could not look at all.</summary>
public sealed class CheckEngineRows : BundleFixture
{
    [TestCase(null, "does not exist")]
    [TestCase("{}", "not registered")]
    [TestCase("""{"runtimes": {"other": {"path": "/usr/bin/other"}}}""", "not registered")]
    [TestCase("""{"runtimes": ["gpu-runtime"]}""", "not registered")]
    [TestCase("[]", "not registered")]
    public async Task Docker_that_does_not_know_us_is_told_the_lines_for_its_daemon_json(string? content, string what)
    {
        await using var scene = AdminScene.Create();
        File.Delete(Path.Combine(scene.Etc, "docker/daemon.json"));
        if (content is not null)
            scene.WriteEtc("docker/daemon.json", content);

        var problem = CheckCommandRows.Problems(await CheckCommandRows.CheckAsync(scene)).Single();

        Assert.That(problem.Topic, Is.EqualTo("docker"));
        Assert.That(problem.What, Does.Contain(what).And.Contain("/etc/docker/daemon.json"));
        Assert.That(problem.Cure, Does.Contain("gpu-runtime configure docker").And.Contain("reload docker"));
    }

    [Test]
    public async Task A_registration_under_another_name_counts()
    {
        await using var scene = AdminScene.Create();
        scene.WriteEtc("docker/daemon.json", """{"default-runtime": "gpus", "runtimes": {"gpus": {"path": "/usr/local/bin/gpu-runtime"}}}""");

        Assert.That(CheckCommandRows.One(await CheckCommandRows.CheckAsync(scene), "docker").What, Does.Contain("\"gpus\""));
    }

    [TestCase("amd-container-runtime")]
    [TestCase("$PATH/amd-container-runtime")]
    public async Task A_registration_of_AMDs_runtime_that_is_a_link_to_us_counts(string path)
    {
        await using var scene = AdminScene.Create();
        scene.LinkProgram("amd-container-runtime", Programs.GpuRuntime);
        scene.WriteEtc("docker/daemon.json", """{"runtimes": {"amd": {"path": "PROGRAM"}}}""".Replace("PROGRAM", path.Replace("$PATH", scene.ProgramDirectory, StringComparison.Ordinal), StringComparison.Ordinal));

        Assert.That(CheckCommandRows.One(await CheckCommandRows.CheckAsync(scene), "docker"), Is.EqualTo(new CheckFinding("docker", "registered as runtime \"amd\" in /etc/docker/daemon.json", null)));
    }

    [Test]
    public async Task AMDs_own_runtime_does_not_count()
    {
        await using var scene = AdminScene.Create();
        scene.AddProgram("amd-container-runtime");
        scene.WriteEtc("docker/daemon.json", """{"runtimes": {"amd": {"path": "amd-container-runtime"}}}""");

        Assert.That(CheckCommandRows.Problems(await CheckCommandRows.CheckAsync(scene)).Single().What, Does.Contain("not registered"));
    }

    [Test]
    public async Task Without_the_hook_a_link_of_AMDs_runtimes_name_takes_the_gpus_flag_of_newer_Dockers()
    {
        await using var scene = AdminScene.Create();
        scene.RemoveProgram("nvidia-container-runtime-hook");
        scene.LinkProgram("amd-container-runtime", Programs.GpuRuntime);

        var findings = await CheckCommandRows.CheckAsync(scene);

        Assert.That(CheckCommandRows.Problems(findings), Is.Empty);
        Assert.That(CheckCommandRows.One(findings, "docker --gpus").What, Does.Contain("amd-container-runtime is there and is ours: Docker 28.3 and newer").And.Contain("older ones need nvidia-container-runtime-hook"));
    }

    [Test]
    public async Task A_daemon_json_that_dockerd_cannot_read_is_shown_with_its_line()
    {
        await using var scene = AdminScene.Create();
        scene.WriteEtc("docker/daemon.json", "{\n  \"runtimes\": {\n    \"gpu-runtime\" \"path\"\n");

        var problem = CheckCommandRows.Problems(await CheckCommandRows.CheckAsync(scene)).Single();

        Assert.That(problem.What, Does.Contain("not valid JSON").And.Contain("line 3"));
        Assert.That(problem.Cure, Does.Contain("dockerd --validate"));
    }

    [Test]
    public async Task Without_a_program_of_the_hooks_name_the_gpus_flag_is_a_problem_with_the_link_to_make()
    {
        await using var scene = AdminScene.Create();
        scene.RemoveProgram("nvidia-container-runtime-hook");

        var problem = CheckCommandRows.Problems(await CheckCommandRows.CheckAsync(scene)).Single();

        Assert.That(problem.Topic, Is.EqualTo("docker --gpus"));
        Assert.That(problem.Cure, Does.Contain("ln -s").And.Contain("nvidia-container-runtime-hook").And.Contain("restart"));
    }

    [Test]
    public async Task With_our_hook_for_the_gpus_flag_Docker_need_not_know_the_runtime()
    {
        await using var scene = AdminScene.Create();
        File.Delete(Path.Combine(scene.Etc, "docker/daemon.json"));
        scene.RemoveProgram("nvidia-container-runtime-hook");
        scene.LinkProgram("nvidia-container-runtime-hook", Programs.GpuRuntimeHook);

        var findings = await CheckCommandRows.CheckAsync(scene);

        Assert.That(CheckCommandRows.Problems(findings), Is.Empty);
        Assert.That(CheckCommandRows.One(findings, "docker --gpus").What, Does.Contain("ours"));
        Assert.That(CheckCommandRows.One(findings, "docker").What, Does.Contain("not registered"));
    }

    [TestCase(null, "not in")]
    [TestCase("# BinaryName = \"/usr/local/bin/gpu-runtime\"\n", "not in")]
    [TestCase("  BinaryName = \"/usr/local/bin/gpu-runtime\"\n", "registered")]
    public async Task Containerd_is_no_problem_and_says_whether_it_knows_us(string? content, string what)
    {
        await using var scene = AdminScene.Create();
        scene.AddProgram("containerd");
        if (content is not null)
            scene.WriteEtc("containerd/config.toml", "version = 2\n" + content);

        var findings = await CheckCommandRows.CheckAsync(scene);

        Assert.That(CheckCommandRows.Problems(findings), Is.Empty);
        Assert.That(CheckCommandRows.One(findings, "containerd").What, Does.Contain(what).And.Contain("/etc/containerd/config.toml"));
    }

    [Test]
    public async Task Containerd_knows_us_by_the_file_that_configure_puts_beside_its_own()
    {
        await using var scene = AdminScene.Create();
        scene.AddProgram("containerd");
        scene.WriteEtc("containerd/config.toml", "version = 3\n");
        (await scene.GpuRuntime("configure", "containerd").RunAsync()).EnsureSuccess();

        var findings = await CheckCommandRows.CheckAsync(scene);

        Assert.That(CheckCommandRows.One(findings, "containerd").What, Does.Contain("registered in /etc/containerd/conf.d/99-gpu-runtime.toml"));
    }

    [Test]
    public async Task Podman_is_shown_how_to_be_called()
    {
        await using var scene = AdminScene.Create();
        scene.AddProgram("podman");

        Assert.That(CheckCommandRows.One(await CheckCommandRows.CheckAsync(scene), "podman").What, Does.Contain($"podman --runtime {Programs.GpuRuntime}"));
    }

    [Test]
    public async Task A_machine_without_an_engine_is_a_problem()
    {
        await using var scene = AdminScene.Create();
        scene.RemoveProgram("dockerd");

        Assert.That(CheckCommandRows.Problems(await CheckCommandRows.CheckAsync(scene)).Single().Topic, Is.EqualTo("engines"));
    }

    [Test]
    public async Task A_broken_configuration_is_not_looked_past()
    {
        await using var scene = AdminScene.Create();
        var broken = scene.Machine.WriteConfiguration("broken.json", static json => json["nonsense"] = true);

        var result = await scene.GpuRuntime("check", "--config", broken).RunAsync();

        Assert.That(result.ExitCode, Is.EqualTo(2), result.ToString());
        Assert.That(ErrorLine.In(result.Error), Does.Contain("nonsense").And.Contain(broken));
        Assert.That(result.Output, Is.Empty);
    }

    [TestCase("missing")]
    [TestCase("empty")]
    public async Task A_host_whose_proc_cannot_be_read_is_not_called_well(string proc)
    {
        await using var scene = AdminScene.Create();
        var directory = scene.Machine.Directory.Combine("other-proc");
        if (proc == "empty")
            Directory.CreateDirectory(directory);
        var configuration = scene.Machine.WriteConfiguration("other-proc.json", json => json["host"]!["proc"] = JsonValue.Create(directory));

        var result = await scene.GpuRuntime("check", "--config", configuration).RunAsync();

        Assert.That(result.ExitCode, Is.EqualTo(2), result.ToString());
        Assert.That(result.Error, Does.Contain(directory).And.Contain("host.proc"));
        Assert.That(result.Output, Is.Empty);
    }

    [Test]
    public async Task A_configuration_that_is_named_and_missing_is_an_error()
    {
        await using var scene = AdminScene.Create();
        var missing = scene.Machine.Directory.Combine("no-such.json");

        var result = await scene.GpuRuntime("check", "--config", missing).RunAsync();

        Assert.That(result.ExitCode, Is.EqualTo(2), result.ToString());
        Assert.That(ErrorLine.In(result.Error), Does.Contain(missing));
    }
}
