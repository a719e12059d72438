using System.Text;
using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>
/// A create of a container that cannot ask for GPUs becomes the low-level runtime before the managed runtime starts (src/native/passthrough); any
/// other is the managed side's, whatever comes of it.
/// </summary>
public sealed class UntouchedCreateRows : TracedShimFixture
{
    // What the managed runtime reads first.
    private const string ManagedStart = "/sys/devices/system/cpu/online";

    [TestCase("create --bundle BUNDLE ID")]
    [TestCase("run --bundle=BUNDLE ID")]
    [TestCase("create -b BUNDLE ID")]
    [TestCase("create -bundle /nowhere --bundle BUNDLE ID")]
    [TestCase("create ID")]
    [TestCase("--log LOG --log-format json --systemd-cgroup create --bundle BUNDLE --pid-file PID --console-socket=SOCKET --preserve-fds 2 --no-pivot --no-new-keyring ID")]
    [TestCase("--debug --rootless=true --criu /x run --detach --keep --no-subreaper --pidfd-socket SOCKET -b BUNDLE ID")]
    public async Task A_bundle_without_a_request_is_handed_on_at_once(string line)
    {
        var (bundle, arguments) = await LineAsync(line);
        var before = await File.ReadAllBytesAsync(Config(bundle));

        var opened = await OpenedAsync(Defaults(named: false), bundle, arguments);

        Assert.Multiple(() =>
        {
            Assert.That(opened, Does.Contain("config.json").And.No.Member(ManagedStart));
            Assert.That(opened.Where(path => path.StartsWith(Host.ProcRoot, StringComparison.Ordinal) || path.StartsWith(Machine.StateDirectory, StringComparison.Ordinal)), Is.Empty);
            Assert.That(File.ReadAllBytes(Config(bundle)), Is.EqualTo(before));
            var recorded = File.ReadAllLines(Record).Where(static text => text.StartsWith("argument", StringComparison.Ordinal)).Select(static text => text[(text.IndexOf(": ", StringComparison.Ordinal) + 2)..]);
            Assert.That(recorded, Is.EqualTo((string[])["--root", Bundles.StateRoot, .. arguments]));
        });
    }

    [Test]
    public async Task The_configuration_that_packages_install_changes_nothing_of_it()
    {
        var (bundle, arguments) = await LineAsync("create --bundle BUNDLE ID");

        var opened = await OpenedAsync(Path.Combine(Repository.Root, "config/config.json"), bundle, arguments);

        Assert.That(opened, Has.No.Member(ManagedStart));
    }

    [TestCase("env", "NVIDIA_VISIBLE_DEVICES=void")]
    [TestCase("env", "AMD_VISIBLE_DEVICES=")]
    [TestCase("env", "INTEL_VISIBLE_DEVICES=,")]
    [TestCase("env", "GPU_RUNTIME_GPUS=")]
    [TestCase("env", "DOCKER_RESOURCE_FPGA=x")]
    [TestCase("env", "CUDA_VERSION=")]
    [TestCase("annotation", "gpu-runtime.io/memory")]
    [TestCase("annotation", "cdi.k8s.io/x")]
    [TestCase("raw", """{"x":"\u0041"}""")]
    [TestCase("raw", """{"x":"\/\u002f"}""")]
    public async Task A_word_of_requests_is_looked_at_by_the_managed_side_also_where_it_asks_for_nothing(string place, string word)
    {
        var (bundle, arguments) = await LineAsync("create --bundle BUNDLE ID");
        Edit(bundle, spec =>
        {
            if (place == "env")
                spec["process"]!["env"]!.AsArray().Add(word);
            else if (place == "annotation")
                spec["annotations"] = new JsonObject { [word] = "" };
        });
        if (place == "raw")
            await File.WriteAllTextAsync(Config(bundle), (await File.ReadAllTextAsync(Config(bundle))).TrimEnd()[..^1] + $",\"x\":{word}}}");
        var before = await File.ReadAllBytesAsync(Config(bundle));

        var opened = await OpenedAsync(Defaults(named: false, static json => json["cdi"] = new JsonObject { ["annotations"] = false }), bundle, arguments);

        Assert.That(opened, Has.Member(ManagedStart));
        Assert.That(await File.ReadAllBytesAsync(Config(bundle)), Is.EqualTo(before));
    }

    [TestCase("lowLevelRuntimes")]
    [TestCase("swarmResources")]
    [TestCase("escaped")]
    public async Task A_configuration_that_may_choose_otherwise_is_the_managed_sides(string key)
    {
        var (bundle, arguments) = await LineAsync("create --bundle BUNDLE ID");
        var configuration = Defaults(named: key == "lowLevelRuntimes", json =>
        {
            if (key == "swarmResources")
                json[key] = new JsonArray("MY_GPUS");
        });
        if (key == "escaped")
            await File.WriteAllTextAsync(configuration, (await File.ReadAllTextAsync(configuration)).TrimEnd()[..^1] + """, "swarmResource\u0073": ["MY_GPUS"] }""");

        var opened = await OpenedAsync(configuration, bundle, arguments);

        Assert.That(opened, Has.Member(ManagedStart));
    }

    [TestCase("create --bundle BUNDLE --cgroup-manager x ID", Description = "a flag of another runtime")]
    [TestCase("create --config BUNDLE/config.json --bundle BUNDLE ID", Description = "crun's other name of config.json")]
    [TestCase("--no-such-flag create --bundle BUNDLE ID")]
    [TestCase("create --bundle BUNDLE -- ID")]
    public async Task A_line_that_is_not_plain_is_the_managed_sides(string line)
    {
        var (bundle, arguments) = await LineAsync(line);

        var opened = await OpenedAsync(Defaults(named: false), bundle, arguments);

        Assert.That(opened, Has.Member(ManagedStart));
    }

    [Test]
    public async Task A_large_specification_is_the_managed_sides()
    {
        var (bundle, arguments) = await LineAsync("create --bundle BUNDLE ID");
        await File.AppendAllTextAsync(Config(bundle), new string(' ', 256 << 10));

        var opened = await OpenedAsync(Defaults(named: false), bundle, arguments);

        Assert.That(opened, Has.Member(ManagedStart));
    }

    [TestCase("missing", "GRT1302")]
    [TestCase("link", "GRT1302")]
    [TestCase("fifo", "GRT1302")]
    [TestCase("directory", "GRT1302")]
    [TestCase("empty", "GRT1304")]
    [TestCase("bundle is a link", "GRT1301")]
    public async Task What_is_no_bundle_is_refused_as_ever(string kind, string code)
    {
        var (bundle, _) = await LineAsync("create ID");
        var config = Config(bundle);
        var named = bundle;
        switch (kind)
        {
            case "bundle is a link":
                named = bundle + "-link";
                File.CreateSymbolicLink(named, bundle);
                break;
            case "link":
                File.Move(config, config + ".other");
                File.CreateSymbolicLink(config, config + ".other");
                break;
            case "fifo":
                File.Delete(config);
                (await Command.Of("mkfifo", config).RunAsync()).EnsureSuccess();
                break;
            case "directory":
                File.Delete(config);
                Directory.CreateDirectory(config);
                break;
            case "empty":
                await File.WriteAllBytesAsync(config, []);
                break;
            default:
                File.Delete(config);
                break;
        }

        var result = await Shim("--root", Bundles.StateRoot, "create", "--bundle", named, NewId()).WithEnvironment("GPU_RUNTIME_CONFIG", Defaults(named: false)).RunAsync();

        Assert.That(result.ExitCode, Is.EqualTo(1), result.ToString());
        Assert.That(result.Error, Does.Contain(code));
    }

    private static string Config(string bundle) => Path.Combine(bundle, "config.json");

    private static void Edit(string bundle, Action<JsonNode> edit)
    {
        var spec = JsonNode.Parse(File.ReadAllBytes(Config(bundle)))!;
        edit(spec);
        File.WriteAllText(Config(bundle), spec.ToJsonString(), new UTF8Encoding(false));
    }

    // A bundle that asks for nothing, and a line about it.
    private async Task<(string Bundle, string[] Arguments)> LineAsync(string line)
    {
        var id = NewId();
        var bundle = (await CreateBundleAsync(id, null, command: ["true"])).Directory;
        return (bundle, [.. line.Split(' ').Select(word => word switch
        {
            "ID" => id,
            "LOG" or "PID" or "SOCKET" => Machine.Directory.Combine(word),
            _ => word.Replace("BUNDLE", bundle, StringComparison.Ordinal).Replace("SOCKET", Machine.Directory.Combine("SOCKET"), StringComparison.Ordinal),
        })]);
    }
}
