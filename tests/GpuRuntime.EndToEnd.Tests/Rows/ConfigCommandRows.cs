using System.Text.RegularExpressions;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>gpu-runtime config: what is in effect, where each value came from, and all that is wrong with a file at once.</summary>
public sealed partial class ConfigCommandRows : BundleFixture
{
    private const string DefaultPath = "/etc/gpu-runtime/config.json";

    [Test]
    public async Task Without_a_file_every_key_has_its_default()
    {
        await using var scene = AdminScene.Create();

        var result = await scene.GpuRuntime("config").RunAsync();

        Assert.That(Table(result), Is.EqualTo("""
            KEY|VALUE|FROM
            host.root|/|default
            host.dev|/dev|default
            host.proc|/proc|default
            host.sys|/sys|default
            host.driver|/|default
            lowLevelRuntimes|[runc, crun]|default
            acceptEnv.privileged|true|default
            acceptEnv.unprivileged|true|default
            acceptAnnotations|true|default
            gpusFlag|auto|default
            swarmResources|[DOCKER_RESOURCE_*]|default
            cdi.specDirs|[/etc/cdi, /var/run/cdi]|default
            cdi.annotations|false|default
            cdi.environmentKinds|[*/gpu]|default
            cdi.version|least|default
            limits.minimumTier|watchdog|default
            limits.overcommit|false|default
            limits.minimumComputeTier|cooperative|default
            limits.graceSeconds|10|default
            limits.spillMemory|(none)|default
            limits.mps.pipeDirectory|(none)|default
            limits.mps.sharedMemory|/dev/shm|default
            allocation.maxHolders|0|default
            agent.listen|127.0.0.1:9400|default
            agent.tls.certificate|(none)|default
            agent.tls.key|(none)|default
            agent.tokenFile|(none)|default
            agent.compat|none|default
            agent.pcieThroughput|false|default
            agent.podResources|/var/lib/kubelet/pod-resources/kubelet.sock|default
            agent.health.ignoredXids|[]|default
            kubernetes.pluginDirectory|/var/lib/kubelet/device-plugins|default
            kubernetes.mig|none|default
            kubernetes.partitions|single|default
            kubernetes.deviceList|cdi|default
            kubernetes.replicas|1|default
            kubernetes.memorySlices|false|default
            kubernetes.featureFile|/etc/kubernetes/node-feature-discovery/features.d/gpu-runtime|default
            libraries.searchPaths|[]|default
            log.path|(none)|default
            log.level|information|default
            stateDirectory|/run/gpu-runtime|default
            """));
    }

    [Test]
    public async Task Every_value_of_a_file_is_shown_with_its_line()
    {
        await using var scene = AdminScene.Create();
        scene.WriteEtc("gpu-runtime/config.json", """
            // What an administrator may write, comments and trailing commas included.
            {
              "host": { "root": "/host", "dev": "/other/dev" },
              "host.driver": "/run/nvidia/driver",
              "lowLevelRuntimes": ["/opt/runc", "crun"],
              "acceptEnv": {
                "privileged": false,
                "unprivileged": true,
              },
              /* over
                 two lines */ "acceptAnnotations": false,
              "gpusFlag": "nvidia",
              "swarmResources": [],
              "cdi": { "specDirs": ["/srv/cdi"], "annotations": true, "version": "0.5.0" },
              "limits": {
                "minimumTier": "kernel", "overcommit": true, "minimumComputeTier": "hardware", "graceSeconds": 30,
                "spillMemory": "16GiB", "mps": { "pipeDirectory": "/run/mps", "sharedMemory": "/run/mps-shm" }
              },
              "allocation": { "maxHolders": 4 },
              "kubernetes": {
                "pluginDirectory": "/srv/plugins", "mig": "mixed", "partitions": "mixed", "deviceList": "environment",
                "replicas": 4, "memorySlices": true, "featureFile": ""
              },
              "libraries": { "searchPaths": ["/opt/driver/lib"] },
              "log": { "path": "/var/log/gpu-runtime.log", "level": "debug" },
              "stateDirectory": "/var/lib/gpu-runtime"
            }
            """);

        var result = await scene.GpuRuntime("config").RunAsync();

        Assert.That(Table(result), Is.EqualTo($"""
            KEY|VALUE|FROM
            host.root|/host|{DefaultPath}:3
            host.dev|/other/dev|{DefaultPath}:3
            host.proc|/host/proc|default
            host.sys|/host/sys|default
            host.driver|/run/nvidia/driver|{DefaultPath}:4
            lowLevelRuntimes|[/opt/runc, crun]|{DefaultPath}:5
            acceptEnv.privileged|false|{DefaultPath}:7
            acceptEnv.unprivileged|true|{DefaultPath}:8
            acceptAnnotations|false|{DefaultPath}:11
            gpusFlag|nvidia|{DefaultPath}:12
            swarmResources|[]|{DefaultPath}:13
            cdi.specDirs|[/srv/cdi]|{DefaultPath}:14
            cdi.annotations|true|{DefaultPath}:14
            cdi.environmentKinds|[*/gpu]|default
            cdi.version|0.5.0|{DefaultPath}:14
            limits.minimumTier|kernel|{DefaultPath}:16
            limits.overcommit|true|{DefaultPath}:16
            limits.minimumComputeTier|hardware|{DefaultPath}:16
            limits.graceSeconds|30|{DefaultPath}:16
            limits.spillMemory|17179869184|{DefaultPath}:17
            limits.mps.pipeDirectory|/run/mps|{DefaultPath}:17
            limits.mps.sharedMemory|/run/mps-shm|{DefaultPath}:17
            allocation.maxHolders|4|{DefaultPath}:19
            agent.listen|127.0.0.1:9400|default
            agent.tls.certificate|(none)|default
            agent.tls.key|(none)|default
            agent.tokenFile|(none)|default
            agent.compat|none|default
            agent.pcieThroughput|false|default
            agent.podResources|/var/lib/kubelet/pod-resources/kubelet.sock|default
            agent.health.ignoredXids|[]|default
            kubernetes.pluginDirectory|/srv/plugins|{DefaultPath}:21
            kubernetes.mig|mixed|{DefaultPath}:21
            kubernetes.partitions|mixed|{DefaultPath}:21
            kubernetes.deviceList|environment|{DefaultPath}:21
            kubernetes.replicas|4|{DefaultPath}:22
            kubernetes.memorySlices|true|{DefaultPath}:22
            kubernetes.featureFile|(none)|{DefaultPath}:22
            libraries.searchPaths|[/opt/driver/lib]|{DefaultPath}:24
            log.path|/var/log/gpu-runtime.log|{DefaultPath}:25
            log.level|debug|{DefaultPath}:25
            stateDirectory|/var/lib/gpu-runtime|{DefaultPath}:26
            """));
    }

    [TestCase(null, null, "etc")]
    [TestCase("", null, "etc")]
    [TestCase("variable", null, "variable")]
    [TestCase("variable", "option", "option")]
    [TestCase(null, "option", "option")]
    public async Task The_file_on_the_command_line_counts_before_that_of_the_variable_and_both_before_the_one_in_etc(
        string? variable, string? option, string expected)
    {
        await using var scene = AdminScene.Create();
        scene.WriteEtc("gpu-runtime/config.json", """{"stateDirectory": "/etc-says"}""");
        var paths = new Dictionary<string, string> { ["etc"] = DefaultPath };
        foreach (var name in (string[])["variable", "option"])
        {
            paths[name] = scene.Machine.Directory.Combine($"{name}.json");
            await File.WriteAllTextAsync(paths[name], $$"""{"stateDirectory": "/{{name}}-says"}""");
        }

        string[] options = option is null ? [] : ["--config", paths[option]];
        var result = await scene.GpuRuntime(["config", .. options])
            .WithEnvironment("GPU_RUNTIME_CONFIG", variable is null ? null : paths.GetValueOrDefault(variable, variable)).RunAsync();

        Assert.That(Table(result).Split('\n')[^1], Is.EqualTo($"stateDirectory|/{expected}-says|{paths[expected]}:1"));
    }

    [TestCase("a variable")]
    [TestCase("an option")]
    public async Task A_file_that_is_named_must_be_there(string named)
    {
        await using var scene = AdminScene.Create();
        var missing = scene.Machine.Directory.Combine("missing.json");

        var result = named == "a variable"
            ? await scene.GpuRuntime("config").WithEnvironment("GPU_RUNTIME_CONFIG", missing).RunAsync()
            : await scene.GpuRuntime("config", "--config", missing).RunAsync();

        Assert.That(result.ExitCode, Is.EqualTo(1), result.ToString());
        Assert.That(ErrorLine.In(result.Error), Does.Contain(missing).And.Contain("GRT1101"));
    }

    [Test]
    public async Task All_problems_are_in_one_message_each_with_its_line()
    {
        await using var scene = AdminScene.Create();
        scene.WriteEtc("gpu-runtime/config.json", """
            {
              "nonsense": {"deep": [1, 2]},
              "gpusflag": "auto",
              "gpusFlag": "sometimes",
              "acceptEnv": "yes",
              "host": { "dev": "relative/dev", "sys": 7, "what": null },
              "lowLevelRuntimes": "runc",
              "cdi": { "specDirs": ["/good", "bad"] },
              "acceptAnnotations": 1,
              "stateDirectory": "/a",
              "stateDirectory": "/b"
            }
            """);

        var result = await scene.GpuRuntime("config").RunAsync();

        Assert.That(result.ExitCode, Is.EqualTo(1), result.ToString());
        Assert.That(result.Output, Is.Empty);
        Assert.That(result.Error, Is.EqualTo($"gpu-runtime: GRT1102: The configuration file {DefaultPath} has 11 problems: " + string.Join("; ",
        [
            "line 2: unknown key \"nonsense\"",
            "line 3: unknown key \"gpusflag\" (did you mean gpusFlag?)",
            "line 4: gpusFlag must be one of auto, nvidia",
            "line 5: acceptEnv must be an object",
            "line 6: host.dev must be an absolute path in quotes",
            "line 6: host.sys must be an absolute path in quotes",
            "line 6: unknown key \"host.what\"",
            "line 7: lowLevelRuntimes must be a list of texts in quotes",
            "line 8: cdi.specDirs must be a list of absolute paths in quotes",
            "line 9: acceptAnnotations must be true or false",
            "line 11: stateDirectory is given twice.\n",
        ])));
    }

    [TestCase("", "line 1")]
    [TestCase("[]", "one JSON object")]
    [TestCase("{\n\n  \"gpusFlag\": \"auto\"", "line 3")]
    [TestCase("{\n  \"gpusFlag\" \"auto\"\n}", "line 2")]
    [TestCase("{} {}", "not valid JSON")]
    public async Task Text_that_is_no_JSON_object_is_told_with_its_line(string content, string named)
    {
        await using var scene = AdminScene.Create();
        scene.WriteEtc("gpu-runtime/config.json", content);

        var result = await scene.GpuRuntime("config").RunAsync();

        Assert.That(result.ExitCode, Is.EqualTo(1), result.ToString());
        Assert.That(ErrorLine.In(result.Error), Does.Contain("GRT1102").And.Contain(named).And.Contain(DefaultPath));
    }

    [TestCase("a directory")]
    [TestCase("a FIFO")]
    [TestCase("2 MB")]
    [TestCase("a device")]
    public async Task A_file_that_is_none_is_told_and_nothing_hangs(string kind)
    {
        await using var scene = AdminScene.Create();
        var path = scene.Machine.Directory.Combine("odd.json");
        switch (kind)
        {
            case "a directory":
                Directory.CreateDirectory(path);
                break;
            case "a FIFO":
                (await Command.Of("mkfifo", path).RunAsync()).EnsureSuccess();
                break;
            case "2 MB":
                await File.WriteAllTextAsync(path, "{" + new string(' ', 2 << 20) + "}");
                break;
            default:
                path = "/dev/zero";
                break;
        }

        var result = await (scene.GpuRuntime("config", "--config", path) with { Limit = TimeSpan.FromSeconds(20) }).RunAsync();

        Assert.That(result.ExitCode, Is.EqualTo(1), result.ToString());
        Assert.That(ErrorLine.In(result.Error), Does.Contain("GRT1101").And.Contain(path));
    }

    // Cells never hold two spaces.
    private static string Table(CommandResult result) =>
        string.Join('\n', result.EnsureSuccess().Output.TrimEnd('\n').Split('\n').Select(static line => Gaps().Replace(line, "|")));

    [GeneratedRegex(" {2,}")]
    private static partial Regex Gaps();
}
