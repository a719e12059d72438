using System.Text.Json;
using System.Text.Json.Nodes;
using GpuRuntime.Security.Tests.Containers;
using GpuRuntime.Security.Tests.Tools;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>Entries of an environment that are none, that come twice, or that are lines of something else: no value becomes a line of a log or of a file.</summary>
[Category("T20")]
public sealed class EnvironmentTextRows() : HookFixture(HookVerb.Runtime)
{
    private const string Forged = """{"level":"info","msg":"forged"}""";

    [TestCase("NVIDIA_VISIBLE_DEVICES")]
    [TestCase("=all")]
    [TestCase("")]
    [TestCase("=")]
    [TestCase("NVIDIA_VISIBLE_DEVICES\n=all")]
    [TestCase(" NVIDIA_VISIBLE_DEVICES=all")]
    [TestCase("nvidia_visible_devices=all")]
    public async Task An_entry_that_is_no_variable_of_that_name_asks_for_nothing(string entry)
    {
        var bundle = await BundleAsync(entry);
        var before = await File.ReadAllTextAsync(bundle.ConfigPath);

        (await Runtime("create", "--bundle", bundle.Directory, NewId()).WithEnvironment("GPU_RUNTIME_CONFIG", StandInConfiguration()).RunAsync()).EnsureSuccess();

        Assert.That(await File.ReadAllTextAsync(bundle.ConfigPath), Is.EqualTo(before));
    }

    // getenv(3) finds the first of two, and engines write the user's behind the image's: what was granted is what the container reads.
    [Test]
    public async Task Of_two_values_the_last_is_granted_and_the_only_one_that_the_container_reads([Values("0", "void")] string first, [Values("1", "0")] string last)
    {
        var bundle = await BundleAsync($"NVIDIA_VISIBLE_DEVICES={first}", $"NVIDIA_VISIBLE_DEVICES={last}");
        var spec = bundle.ReadConfig();
        spec["process"]!["args"] = new JsonArray(HookImage.Busybox, "sh", "-c", $"{HookImage.Busybox} env; {HookImage.Busybox} ls /dev");
        bundle.WriteConfig(spec);

        var lines = (await RunAsync(bundle)).EnsureSuccess().Lines;

        Assert.That(lines.Where(static line => line.StartsWith("NVIDIA_VISIBLE_DEVICES=", StringComparison.Ordinal)), Is.EqualTo((string[])[$"NVIDIA_VISIBLE_DEVICES={last}"]));
        Assert.That(lines, Does.Contain(HostNodes.OfGpus(Host, int.Parse(last, null)).Single()["/dev/".Length..]));
        Assert.That(bundle.ReadConfig()["process"]!["env"]!.AsArray().Count(static entry => ((string)entry!).StartsWith("NVIDIA_VISIBLE_DEVICES=", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [TestCase("NVIDIA_VISIBLE_DEVICES=9\n" + Forged)]
    [TestCase("NVIDIA_VISIBLE_DEVICES=\"\n" + Forged)]
    [TestCase("NVIDIA_VISIBLE_DEVICES=9\r\n" + Forged + "\r\n")]
    [TestCase("NVIDIA_VISIBLE_DEVICES=9\u2028" + Forged)]
    [TestCase("GPU_RUNTIME_GPUS=0,memory=1g\ndmem 1")]
    [TestCase("NVIDIA_GPU_MEMORY_LIMIT=1\n" + Forged, "NVIDIA_VISIBLE_DEVICES=0")]
    [TestCase("NVIDIA_DRIVER_CAPABILITIES=utility\n/evil", "NVIDIA_VISIBLE_DEVICES=0")]
    [TestCase("NVIDIA_REQUIRE_CUDA=cuda>=99\n" + Forged, "NVIDIA_VISIBLE_DEVICES=0")]
    public async Task A_line_in_a_value_is_no_line_of_a_log(params string[] entries)
    {
        var (result, engineLog, ownLog) = await LoggedAsync(Shim, entries);

        Assert.That(result.ExitCode, Is.EqualTo(1), result.ToString());
        Assert.That(ForgedLines(engineLog), Is.Empty);
        Assert.That(engineLog, Has.Length.EqualTo(1));
        Assert.That(result.Error.TrimEnd('\n'), Does.Not.Contain('\n'));
        Assert.That(ownLog.Where(static line => !line.StartsWith("20", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    [Category("Control")]
    public async Task A_runtime_that_logs_a_value_as_it_is_logs_the_forged_line()
    {
        const string body = """
            value=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["process"]["env"][-1])' "$bundle/config.json")
            printf '{"level":"error","msg":"%s"}\n' "$value" >>"$2"
            """;

        var (_, engineLog, _) = await LoggedAsync(WeakProgram.Runtime(Machine.Directory, body, "/bin/false"), [$"NVIDIA_VISIBLE_DEVICES=9\n{Forged}"]);

        Assert.That(ForgedLines(engineLog), Is.Not.Empty);
    }

    private Task<Bundle> BundleAsync(params string[] entries) => CreateBundleAsync(new HookRequest { Edit = spec => spec["process"]!["env"] = new JsonArray([.. entries.Select(static entry => (JsonNode)entry)]) });

    private async Task<(CommandResult Result, string[] EngineLog, string[] OwnLog)> LoggedAsync(string program, string[] entries)
    {
        var (log, own) = (Machine.Directory.Combine($"log-{NewId()}"), Machine.Directory.Combine($"own-{NewId()}"));
        var configuration = Machine.WriteConfiguration($"{NewId()}.json", json => json["log"] = new JsonObject { ["path"] = own });
        var bundle = await BundleAsync(entries);
        var command = Bundles.Complete(Command.Of(program, "--log", log, "--log-format", "json", "--root", Bundles.StateRoot, "create", "--bundle", bundle.Directory, NewId()));
        var result = await command.WithEnvironment("GPU_RUNTIME_CONFIG", configuration).RunAsync();
        return (result, File.Exists(log) ? await File.ReadAllLinesAsync(log) : [], File.Exists(own) ? await File.ReadAllLinesAsync(own) : []);
    }

    // As whoever reads the log would see them.
    private static IEnumerable<string> ForgedLines(string[] lines) => lines.Where(static line =>
    {
        try
        {
            return (string?)JsonNode.Parse(line)!["msg"] == "forged";
        }
        catch (JsonException)
        {
            return true;
        }
    });
}
