using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Configure;

/// <summary>containerd 1.6, 1.7 and 2.x read what configure leaves: they know gpu-runtime, and everything else is as it was.</summary>
public sealed class ContainerdConfigurationRows : ConfigureFixture
{
    private const string Installed = "installed";
    private const string Own = "containerd.runtimes.gpu-runtime";
    private const string Cri = "plugins.\"io.containerd.grpc.v1.cri\"";
    private static readonly string[] Suites = [Installed, "trixie", "sid"];

    // The files that GpuRuntime.Core.Tests compares whole. No containerd takes a byte order mark.
    private static readonly string Golden = Path.Combine(Repository.Root, "tests/GpuRuntime.Core.Tests/Engines/Golden/containerd");

    private static IEnumerable<TestCaseData> Files() =>
        from suite in Suites
        from path in System.IO.Directory.EnumerateFiles(Golden, "*.before.toml").Order(StringComparer.Ordinal)
        let name = Path.GetFileName(path).Split('.')[0]
        where name != "byte-order-mark" && (suite == "sid" || !name.StartsWith("version-3", StringComparison.Ordinal))
        select new TestCaseData(suite, name);

    [TestCaseSource(nameof(Files))]
    public async Task The_runtime_is_known_and_every_other_setting_is_as_it_was(string suite, string name)
    {
        var containerd = Program(suite, "containerd");
        var before = (await File.ReadAllTextAsync(Path.Combine(Golden, $"{name}.before.toml"))).Replace("/etc/", Directory.FullPath + "/", StringComparison.Ordinal);
        var file = Write("containerd/config.toml", before);
        Write("containerd/extra.toml", "version = 3\n");
        Write("a.toml", "version = 3\n");
        var usual = await ContainerdDump.OfAsync(containerd, file);

        (await Configure("containerd", file, "--default", "--cdi").RunAsync()).EnsureSuccess();
        var configured = await ContainerdDump.OfAsync(containerd, file);
        (await Configure("containerd", file, "--remove").RunAsync()).EnsureSuccess();

        Assert.That(usual.Values.Where(setting => !IsMeant(setting.Key) && !IsSame(setting, configured)).Select(setting => $"{setting.Key} = {setting.Value} became {configured.Values.GetValueOrDefault(setting.Key)}"), Is.Empty);
        Assert.That(await File.ReadAllTextAsync(file), Is.EqualTo(before));
        // 1.x does not print what it does not load.
        if (before.Contains("disabled_plugins = [\"cri\"]", StringComparison.Ordinal) && usual.IsFirst)
            return;
        Assert.Multiple(() =>
        {
            Assert.That(configured.Cri($"{Own}.runtime_type"), Is.EqualTo("\"io.containerd.runc.v2\""));
            Assert.That(configured.Cri($"{Own}.pod_annotations"), Is.EqualTo("[\"gpu-runtime.io/*\"]"));
            Assert.That(configured.Cri($"{Own}.container_annotations"), Is.EqualTo("[\"gpu-runtime.io/*\"]"));
            Assert.That(configured.Cri($"{Own}.options.BinaryName"), Is.EqualTo($"\"{Programs.GpuRuntime}\""));
            Assert.That(configured.Cri("containerd.default_runtime_name"), Is.EqualTo("\"gpu-runtime\""));
            // 1.6 has no such setting.
            Assert.That(configured.Cri("enable_cdi"), Is.EqualTo("true").Or.Null);
            Assert.That(configured.Cri("enable_cdi") is null, Is.EqualTo(suite == Installed && usual.Cri("enable_cdi") is null));
        });
    }

    // Without runc, which is their default, the CRI plugin of 1.6 and 1.7 does not load, and the kubelet finds no containerd.
    [TestCaseSource(nameof(Suites))]
    public async Task Kubernetes_side_of_containerd_loads_with_a_file_that_named_no_runtime(string suite)
    {
        var file = Write("config.toml", $"""
            version = 2
            root = "{Directory.Combine("root")}"
            state = "{Directory.Combine("state")}"
            [grpc]
              address = "{Directory.Combine("c.sock")}"
            [plugins."io.containerd.nri.v1.nri"]
              disable = true
            [plugins."io.containerd.internal.v1.opt"]
              path = "{Directory.Combine("opt")}"
            """);
        (await Configure("containerd", file).RunAsync()).EnsureSuccess();
        var client = Command.Of(Program(suite, "ctr"), "--address", Directory.Combine("c.sock"));
        await using var daemon = await EngineDaemon.StartAsync(Command.Of(Program(suite, "containerd"), "--config", file), Directory.Combine("containerd"), client.With("version"));

        var plugins = (await client.With("plugins", "list").RunAsync()).EnsureSuccess().Lines.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(words => words.Contains("cri"));

        Assert.That(plugins.Select(words => words[^1]), Is.EqualTo((string[])["ok"]), daemon.Log);
    }

    // Why files of version 1 and 2 are edited themselves.
    [TestCaseSource(nameof(Suites))]
    public async Task A_drop_in_of_the_runtime_alone_takes_the_admins_settings_away_before_containerd_2(string suite)
    {
        Write("conf.d/runtime.toml", $"version = 2\n[{Cri}.{Own}]\n  runtime_type = \"io.containerd.runc.v2\"\n");
        var dump = await ContainerdDump.OfAsync(Program(suite, "containerd"), Write("config.toml", $"version = 2\nimports = [\"{Directory.Combine("conf.d")}/*.toml\"]\n[{Cri}]\n  max_container_log_line_size = 4711\n"));

        Assert.That(dump.Cri("max_container_log_line_size"), dump.IsFirst ? Is.Not.EqualTo("4711") : Is.EqualTo("4711"));
        Assert.That(dump.Cri("containerd.runtimes.runc.runtime_type"), dump.IsFirst ? Is.Null : Is.EqualTo("\"io.containerd.runc.v2\""));
    }

    private static string Program(string suite, string name) =>
        Available(() => suite == Installed ? Programs.Engine(name) : Path.Combine(ContainerdPackages.Programs(suite), name));

    private static bool IsMeant(string key) => key is "imports" || key.EndsWith(".default_runtime_name", StringComparison.Ordinal) || key.EndsWith(".enable_cdi", StringComparison.Ordinal);

    // 1.x prints the defaults of the runc that it makes up; of one that a file names it prints what the file says, and means the same.
    private static bool IsSame(KeyValuePair<string, string> setting, ContainerdDump other) =>
        other.Values.GetValueOrDefault(setting.Key) is var value
        && (value == setting.Value || (other.IsFirst && setting.Key.Contains(".runtimes.runc.", StringComparison.Ordinal) && value is null or "\"\"" && setting.Value is "\"\"" or "0" or "false" or "\"podsandbox\""));
}
