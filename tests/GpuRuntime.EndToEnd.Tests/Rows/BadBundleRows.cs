using System.Text;
using System.Text.Json;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>Bundles that cannot be served: one clear sentence where engines look for it, exit status 1, and the bundle as it was.</summary>
public sealed class BadBundleRows : BundleFixture
{
    [TestCase("missing", "config.json")]
    [TestCase("truncated", "config.json")]
    [TestCase("200 MB", "config.json")]
    [TestCase("a FIFO", "config.json")]
    [TestCase("a symlink", "config.json")]
    [TestCase("a directory", "config.json")]
    [TestCase("duplicate keys", "env")]
    [TestCase("10000 levels", "config.json")]
    [TestCase("invalid UTF-8", "config.json")]
    [TestCase("empty", "config.json")]
    public async Task A_config_that_cannot_be_read_fails_with_one_sentence(string damage, string named)
    {
        var id = NewId();
        var bundle = await CreateBundleAsync(id, "all", command: ["true"]);
        await DamageAsync(bundle, damage);
        var before = BundleSnapshot.Of(bundle);

        var (result, log) = await RunAsync(id, "--bundle", bundle.Directory);

        Assert.Multiple(() =>
        {
            AssertOneSentence(result, log, named);
            Assert.That(BundleSnapshot.Of(bundle), Is.EqualTo(before));
            Assert.That(Directory.Exists(Path.Combine(Bundles.StateRoot, id)), Is.False, "a container was created");
        });
    }

    [Test]
    public async Task A_bundle_that_is_not_there_fails_with_one_sentence()
    {
        var missing = Machine.Directory.Combine("no-such-bundle");

        var (result, log) = await RunAsync(NewId(), "--bundle", missing);

        AssertOneSentence(result, log, missing);
    }

    [Test]
    public async Task A_low_level_runtime_that_is_not_there_fails_with_one_sentence()
    {
        var config = Machine.WriteConfiguration("no-runtime.json", static json => json["lowLevelRuntimes"] = new System.Text.Json.Nodes.JsonArray("no-such-runc"));
        var id = NewId();
        var bundle = await CreateBundleAsync(id, "all", command: ["true"]);
        var before = BundleSnapshot.Of(bundle);

        var (result, log) = await RunAsync(id, config, "--bundle", bundle.Directory);

        Assert.Multiple(() =>
        {
            AssertOneSentence(result, log, "no-such-runc");
            Assert.That(BundleSnapshot.Of(bundle), Is.EqualTo(before));
        });
    }

    [Test]
    public async Task A_broken_configuration_fails_with_one_message_that_lists_every_problem()
    {
        var config = Machine.Directory.Combine("broken.json");
        await File.WriteAllTextAsync(config, "{\n  // comments are fine\n  \"nonsense\": 1,\n  \"gpusFlag\": \"sometimes\",\n  \"acceptAnnotations\": \"yes\"\n}\n");
        var id = NewId();
        var bundle = await CreateBundleAsync(id, "all", command: ["true"]);

        var (result, log) = await RunAsync(id, config, "--bundle", bundle.Directory);

        AssertOneSentence(result, log, "nonsense");
        Assert.That(result.Error, Does.Contain("gpusFlag").And.Contain("acceptAnnotations").And.Contain("3").And.Contain("4").And.Contain("5"));
    }

    [Test]
    public async Task Without_a_log_the_sentence_is_on_standard_error()
    {
        var id = NewId();
        var bundle = await CreateBundleAsync(id, "9", command: ["true"]);

        var result = await Shim("--root", Bundles.StateRoot, "create", "--bundle", bundle.Directory, id).RunAsync();

        Assert.That(result.ExitCode, Is.EqualTo(1), result.ToString());
        ErrorLine.In(result.Error);
    }

    private static async Task DamageAsync(Bundle bundle, string damage)
    {
        var path = bundle.ConfigPath;
        var text = await File.ReadAllTextAsync(path);
        File.Delete(path);
        switch (damage)
        {
            case "missing":
                break;
            case "a FIFO":
                (await Command.Of("mkfifo", path).RunAsync()).EnsureSuccess();
                break;
            case "a symlink":
                await File.WriteAllTextAsync(Path.Combine(bundle.Directory, "elsewhere.json"), text);
                File.CreateSymbolicLink(path, "elsewhere.json");
                break;
            case "a directory":
                Directory.CreateDirectory(path);
                break;
            case "200 MB":
                await File.WriteAllTextAsync(path, text);
                await using (var file = File.Open(path, FileMode.Append))
                {
                    // White space after the document: only the size is wrong with it.
                    var spaces = new byte[1 << 20];
                    spaces.AsSpan().Fill((byte)' ');
                    for (var mebibyte = 0; mebibyte < 200; mebibyte++)
                        await file.WriteAsync(spaces);
                }
                break;
            default:
                await File.WriteAllBytesAsync(path, Damaged(text, damage));
                break;
        }
    }

    private static byte[] Damaged(string text, string damage) => damage switch
    {
        "truncated" => Encoding.UTF8.GetBytes(text[..(text.Length / 2)]),
        "duplicate keys" => Encoding.UTF8.GetBytes(text.Replace("\"env\": [", "\"env\": [\"NVIDIA_VISIBLE_DEVICES=void\"], \"env\": [", StringComparison.Ordinal)),
        "10000 levels" => Encoding.UTF8.GetBytes($"{text.TrimEnd()[..^1]},\"x-deep\":{new string('[', 10_000)}{new string(']', 10_000)}}}"),
        "invalid UTF-8" => [.. Encoding.UTF8.GetBytes(text.TrimEnd()[..^1]), .. ",\"x-bytes\":\""u8, 0xC3, 0x28, .. "\"}"u8],
        "empty" => [],
        _ => throw new ArgumentOutOfRangeException(nameof(damage), damage, "no such damage"),
    };

    private Task<(CommandResult Result, string Log)> RunAsync(string id, string option, string bundle) => RunAsync(id, Host.ConfigPath, option, bundle);

    private async Task<(CommandResult Result, string Log)> RunAsync(string id, string config, string option, string bundle)
    {
        var log = Machine.Directory.Combine($"log-{id}.json");
        var command = Shim("--root", Bundles.StateRoot, "--log", log, "--log-format", "json", "create", option, bundle, id)
            .WithEnvironment("GPU_RUNTIME_CONFIG", config);
        var result = await (command with { Limit = TimeSpan.FromSeconds(20) }).RunAsync();
        return (result, File.Exists(log) ? await File.ReadAllTextAsync(log) : "");
    }

    private static void AssertOneSentence(CommandResult result, string log, string named)
    {
        var line = ErrorLine.In(result.Error);
        Assert.That(result.ExitCode, Is.EqualTo(1), result.ToString());
        Assert.That(line, Does.Contain(named));
        Assert.That(result.Output, Is.Empty);
        Assert.That(log.TrimEnd().Split('\n'), Has.Length.EqualTo(1), log);

        using var entry = JsonDocument.Parse(log);
        Assert.That(entry.RootElement.GetProperty("level").GetString(), Is.EqualTo("error"));
        Assert.That(entry.RootElement.GetProperty("msg").GetString(), Is.EqualTo(line));
        Assert.That(entry.RootElement.GetProperty("time").GetDateTimeOffset(), Is.Not.EqualTo(default(DateTimeOffset)));
    }
}
