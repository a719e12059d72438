namespace GpuRuntime.EndToEnd.Tests.Configure;

/// <summary>What gpu-runtime configure prints, writes and leaves.</summary>
public sealed class ConfigureCommandRows : ConfigureFixture
{
    private const string Before = "{\n  \"debug\": true\n}\n";

    [Test]
    public async Task Each_step_is_told_with_the_backup_and_the_command_that_restarts_the_engine()
    {
        var file = Write("daemon.json", Before);

        var first = await Configure("docker", file).RunAsync();
        var listing = Listing();
        var second = await Configure("docker", file).RunAsync();
        var unchanged = Listing();
        var removed = await Configure("docker", file, "--remove").RunAsync();
        var nothing = await Configure("docker", file, "--remove").RunAsync();

        Assert.Multiple(() =>
        {
            Assert.That(first.EnsureSuccess().Output, Is.EqualTo($"kept the file as it was in {file}.gpu-runtime.bak\nedited {file}\nTo take effect, run: systemctl restart docker\n"));
            Assert.That(listing, Is.EqualTo($"/daemon.json: {{\n  \"debug\": true,\n  \"runtimes\": {{\n    \"gpu-runtime\": {{\n      \"path\": \"{Programs.GpuRuntime}\"\n    }}\n  }}\n}}\n\n/daemon.json.gpu-runtime.bak: {Before}"));
            Assert.That(second.EnsureSuccess().Output, Is.EqualTo($"Nothing to change: {file} is as it should be.\n"));
            Assert.That(unchanged, Is.EqualTo(listing));
            Assert.That(removed.EnsureSuccess().Output, Is.EqualTo($"edited {file}\ndeleted the backup {file}.gpu-runtime.bak\nTo take effect, run: systemctl restart docker\n"));
            Assert.That(nothing.EnsureSuccess().Output, Is.EqualTo($"Nothing to remove: {file} has nothing of gpu-runtime's.\n"));
            Assert.That(Listing(), Is.EqualTo($"/daemon.json: {Before}"));
            Assert.That(first.Error + second.Error + removed.Error + nothing.Error, Is.Empty);
        });
    }

    [TestCase("docker", "daemon.json", "To take effect, run: systemctl restart docker\n")]
    [TestCase("containerd", "config.toml", "To take effect, run: systemctl restart containerd\n")]
    [TestCase("crio", "99-gpu-runtime.conf", "To take effect, run: systemctl restart crio\n")]
    [TestCase("podman", "99-gpu-runtime.conf", "")]
    public async Task A_file_that_is_not_there_is_made_with_its_directory_and_deleted_again(string engine, string name, string restart)
    {
        var file = Directory.Combine("etc", engine, name);

        var made = await Configure(engine, file, "--default").RunAsync();
        var again = await Configure(engine, file, "--default").RunAsync();
        var deleted = await Configure(engine, file, "--remove").RunAsync();

        Assert.Multiple(() =>
        {
            Assert.That(made.EnsureSuccess().Output, Is.EqualTo($"wrote {file}\n{restart}"));
            Assert.That(again.EnsureSuccess().Output, Does.StartWith("Nothing to change"));
            Assert.That(deleted.EnsureSuccess().Output, Is.EqualTo($"deleted {file}\n{restart}"));
            Assert.That(Listing(), Is.Empty);
        });
    }

    [Test]
    public async Task A_dry_run_prints_a_unified_diff_and_touches_nothing()
    {
        var file = Write("config.toml", "version = 3\nroot = '/srv'\n");
        var status = Command.Of("stat", "-c", "%n %y %z %i", file, Directory.FullPath);
        var before = (await status.RunAsync()).EnsureSuccess().Output;

        var result = await Configure("containerd", file, "--dry-run").RunAsync();

        Assert.That(result.EnsureSuccess().Output, Is.EqualTo($"""
            --- /dev/null
            +++ {Directory.Combine("conf.d/99-gpu-runtime.toml")}
            @@ -0,0 +1,11 @@
            +# BEGIN gpu-runtime: written by "gpu-runtime configure", which replaces it; "--remove" takes it away
            +version = 3
            +
            +[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.gpu-runtime]
            +runtime_type = "io.containerd.runc.v2"
            +pod_annotations = ["gpu-runtime.io/*"]
            +container_annotations = ["gpu-runtime.io/*"]
            +
            +[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.gpu-runtime.options]
            +BinaryName = "{Programs.GpuRuntime}"
            +# END gpu-runtime
            --- {file}
            +++ {file}
            @@ -1,2 +1,3 @@
             version = 3
             root = '/srv'
            +imports = ["{Directory.Combine("conf.d/99-gpu-runtime.toml")}"]

            """));
        Assert.That((await status.RunAsync()).Output, Is.EqualTo(before));
        Assert.That(Listing(), Is.EqualTo("/config.toml: version = 3\nroot = '/srv'\n"));
    }

    [Test]
    public async Task A_dry_run_of_a_removal_shows_what_would_go_and_one_without_changes_shows_nothing()
    {
        var file = Write("daemon.json", Before);
        var nothing = await Configure("docker", file, "--remove", "--dry-run").RunAsync();
        (await Configure("docker", file).RunAsync()).EnsureSuccess();
        var listing = Listing();

        var result = await Configure("docker", file, "--remove", "--dry-run").RunAsync();

        Assert.Multiple(() =>
        {
            Assert.That(nothing.EnsureSuccess().Output, Is.Empty);
            Assert.That(result.EnsureSuccess().Output, Is.EqualTo(
                $"--- {file}\n+++ {file}\n@@ -1,8 +1,3 @@\n {{\n-  \"debug\": true,\n-  \"runtimes\": {{\n-    \"gpu-runtime\": {{\n-      \"path\": \"{Programs.GpuRuntime}\"\n-    }}\n-  }}\n+  \"debug\": true\n }}\n"));
            Assert.That(Listing(), Is.EqualTo(listing));
        });
    }

    [TestCase("docker", "{\"debug\": true,}", "GRT5102", "line 1")]
    [TestCase("docker", "{\"runtimes\": {\"gpu-runtime\": {\"path\": \"/usr/bin/other\"}}}", "GRT5104", "/usr/bin/other")]
    [TestCase("containerd", "version = 2\n[plugins\n", "GRT5102", "line 2")]
    [TestCase("crio", "default_runtime = crun\n", "GRT5102", "line 1")]
    [TestCase("podman", "[engine.runtimes]\ngpu-runtime = [\"/usr/bin/other\"]\n", "GRT5104", "/usr/bin/other")]
    public async Task A_file_that_is_wrong_is_refused_and_untouched(string engine, string content, string code, string named)
    {
        var file = Write("file", content);

        var result = await Configure(engine, file, "--default", "--cdi").RunAsync();

        Assert.That(result.ExitCode, Is.EqualTo(1), result.ToString());
        Assert.That(result.Error, Does.StartWith($"gpu-runtime: {code}: {file}").And.Contain(named).And.EndsWith("\n"));
        Assert.That(result.Output, Is.Empty);
        Assert.That(Listing(), Is.EqualTo($"/file: {content}"));
    }

    [Test]
    public async Task A_relative_file_is_one_of_the_working_directory()
    {
        Write("etc/config.toml", "version = 3\n");

        (await (Configure("containerd", "config.toml") with { WorkingDirectory = Directory.Combine("etc") }).RunAsync()).EnsureSuccess();

        Assert.That(File.ReadAllText(Directory.Combine("etc/config.toml")), Is.EqualTo($"version = 3\nimports = [\"{Directory.Combine("etc/conf.d/99-gpu-runtime.toml")}\"]\n"));
    }

    [Test]
    public async Task A_link_that_configuration_management_made_stays_and_the_backup_is_beside_it()
    {
        var real = Write("managed/daemon.json", Before);
        System.IO.Directory.CreateDirectory(Directory.Combine("etc"));
        var link = Directory.Combine("etc/daemon.json");
        File.CreateSymbolicLink(link, "../managed/daemon.json");

        (await Configure("docker", link).RunAsync()).EnsureSuccess();
        var configured = await File.ReadAllTextAsync(real);
        var backup = await File.ReadAllTextAsync(link + ".gpu-runtime.bak");
        (await Configure("docker", link, "--remove").RunAsync()).EnsureSuccess();

        Assert.Multiple(() =>
        {
            Assert.That(configured, Does.Contain("gpu-runtime"));
            Assert.That(backup, Is.EqualTo(Before));
            Assert.That(new FileInfo(link).LinkTarget, Is.EqualTo("../managed/daemon.json"));
            Assert.That(Listing(), Is.EqualTo($"/etc/daemon.json: {Before}\n/managed/daemon.json: {Before}"));
        });
    }

    [TestCase("--default")]
    [TestCase("--cdi")]
    public async Task A_removal_takes_no_other_option(string option)
    {
        var result = await Configure("docker", Write("daemon.json", Before), "--remove", option).RunAsync();

        Assert.That(result.ExitCode, Is.Not.Zero);
        Assert.That(result.Error, Does.Contain("--remove takes everything away"));
        Assert.That(Listing(), Is.EqualTo($"/daemon.json: {Before}"));
    }
}
