using System.Collections.Immutable;
using System.Text.Json.Nodes;
using GpuRuntime.EndToEnd.Tests.Rows;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Cdi;

/// <summary>CDI's rules of directories and files, and each kind of edit, as our runtime applies them to a bundle that runc then runs.</summary>
public sealed class CdiSpecRows : BundleFixture
{
    private const string Thing = "vendor.example/thing=one";
    private const string Annotation = "cdi.k8s.io/engine_device";

    private SpecDirectories? _specs;

    private SpecDirectories Specs => _specs!;

    [TearDown]
    public void RemoveSpecifications()
    {
        foreach (var file in Directory.GetFiles(Specs.Low).Concat(Directory.GetFiles(Specs.High)))
            File.Delete(file);
    }

    [Test]
    public async Task Of_two_directories_the_later_decides()
    {
        SpecDirectories.Write(Specs.Low, "a.json", Thing, SpecDirectories.Variable("FROM=low"));
        SpecDirectories.Write(Specs.High, "a.json", Thing, SpecDirectories.Variable("FROM=high"));

        Assert.That((await RunAsync(Thing)).EnsureSuccess().Lines, Does.Contain("FROM=high"));
    }

    [Test]
    public async Task A_device_that_two_files_of_a_directory_define_is_nobodys()
    {
        var files = (string[])[SpecDirectories.Write(Specs.Low, "a.json", Thing, SpecDirectories.Variable("FROM=a")), SpecDirectories.Write(Specs.Low, "b.json", Thing, SpecDirectories.Variable("FROM=b"))];

        await AssertRefusedAsync("GRT5005", [Thing, .. files]);
    }

    [Test]
    public async Task A_conflict_below_a_directory_that_decides_does_not_matter()
    {
        SpecDirectories.Write(Specs.Low, "a.json", Thing, SpecDirectories.Variable("FROM=a"));
        SpecDirectories.Write(Specs.Low, "b.json", Thing, SpecDirectories.Variable("FROM=b"));
        SpecDirectories.Write(Specs.High, "c.json", Thing, SpecDirectories.Variable("FROM=c"));

        Assert.That((await RunAsync(Thing)).EnsureSuccess().Lines, Does.Contain("FROM=c"));
    }

    [TestCase("666", "others may write to it")]
    [TestCase("664", "others may write to it")]
    public async Task A_file_that_others_may_write_to_does_not_count_and_the_error_says_so(string mode, string reason)
    {
        var file = SpecDirectories.Write(Specs.Low, "a.json", Thing, SpecDirectories.Variable("FROM=a"));
        File.SetUnixFileMode(file, (UnixFileMode)Convert.ToInt32(mode, 8));

        await AssertRefusedAsync("GRT5004", Thing, file, reason);
    }

    [Test]
    public async Task A_broken_file_keeps_no_device_of_another_from_a_container()
    {
        await File.WriteAllTextAsync(Path.Combine(Specs.Low, "a.json"), """{"cdiVersion":"0.5.0","kind":"vendor.example/thing","devices":[{"name":"two","containerEdits":{"unknown":1}}]}""");
        SpecDirectories.Write(Specs.Low, "b.json", Thing, SpecDirectories.Variable("FROM=b"));

        Assert.That((await RunAsync(Thing)).EnsureSuccess().Lines, Does.Contain("FROM=b"));
    }

    [Test]
    public async Task A_broken_file_is_named_with_its_problem_when_its_device_is_missed()
    {
        var file = Path.Combine(Specs.Low, "a.json");
        await File.WriteAllTextAsync(file, """{"cdiVersion":"0.5.0","kind":"vendor.example/thing","devices":[{"name":"one","containerEdits":{"unknown":1}}]}""");

        await AssertRefusedAsync("GRT5004", file, "unknown");
    }

    [Test]
    public async Task YAML_says_the_same()
    {
        await File.WriteAllTextAsync(Path.Combine(Specs.Low, "a.yaml"), """
            # a comment
            cdiVersion: "0.5.0"
            kind: vendor.example/thing
            devices:
              - name: one
                containerEdits:
                  env: ["FROM=yaml"]
            """);

        Assert.That((await RunAsync(Thing)).EnsureSuccess().Lines, Does.Contain("FROM=yaml"));
    }

    [Test]
    public async Task A_specifications_own_edits_count_once_and_a_devices_own_win()
    {
        SpecDirectories.Write(Specs.Low, "a.json", Thing, SpecDirectories.Variable("FROM=device"), new JsonObject { ["env"] = new JsonArray("FROM=common", "COMMON=yes") });

        var lines = (await RunAsync(Thing)).EnsureSuccess().Lines;

        Assert.That(lines, Is.SupersetOf((string[])["FROM=device", "COMMON=yes"]).And.None.EqualTo("FROM=common"));
    }

    [Test]
    public async Task A_variable_takes_the_place_of_the_containers_own()
    {
        SpecDirectories.Write(Specs.Low, "a.json", Thing, SpecDirectories.Variable("TERM=cdi"));

        Assert.That((await RunAsync(Thing)).EnsureSuccess().Lines.Where(static line => line.StartsWith("TERM=", StringComparison.Ordinal)), Is.EqualTo((string[])["TERM=cdi"]));
    }

    [Test]
    public async Task Hooks_keep_their_stage_and_get_an_environment_where_they_have_none()
    {
        var hooks = new JsonArray(
            new JsonObject { ["hookName"] = "createRuntime", ["path"] = "/bin/true" },
            new JsonObject { ["hookName"] = "createContainer", ["path"] = "/bin/true", ["args"] = new JsonArray("true", "x"), ["env"] = new JsonArray(), ["timeout"] = 7 },
            new JsonObject { ["hookName"] = "poststop", ["path"] = "/bin/true", ["env"] = new JsonArray("A=1") });
        SpecDirectories.Write(Specs.Low, "a.json", Thing, new JsonObject { ["hooks"] = hooks });

        var config = await EditedAsync(Thing);

        var made = config["hooks"]!;
        Assert.Multiple(() =>
        {
            Assert.That(made["createRuntime"]!.ToJsonString(), Is.EqualTo("""[{"path":"/bin/true","env":["GPU_RUNTIME_HOOK=1"]}]"""));
            Assert.That(made["createContainer"]!.ToJsonString(), Is.EqualTo("""[{"path":"/bin/true","args":["true","x"],"env":["GPU_RUNTIME_HOOK=1"],"timeout":7}]"""));
            Assert.That(made["poststop"]!.ToJsonString(), Is.EqualTo("""[{"path":"/bin/true","env":["A=1"]}]"""));
        });
    }

    [Test]
    public async Task A_node_without_numbers_is_the_hosts_and_belongs_to_the_containers_user()
    {
        var node = Path.Combine(Machine.DevRoot, $"nvidia{Host.Gpus[0].Minor}");
        SpecDirectories.Write(Specs.Low, "a.json", Thing, Nodes(new JsonObject { ["path"] = "/dev/thing", ["hostPath"] = node, ["permissions"] = "r" }));

        var config = await EditedAsync(Thing, uid: 1000, gid: 2000);

        Assert.Multiple(() =>
        {
            Assert.That(Last(config["linux"]!["devices"]), Is.EqualTo($$"""{"path":"/dev/thing","type":"c","major":195,"minor":{{Host.Gpus[0].Minor}},"fileMode":438,"uid":1000,"gid":2000}"""));
            Assert.That(Last(config["linux"]!["resources"]!["devices"]), Is.EqualTo($$"""{"allow":true,"type":"c","major":195,"minor":{{Host.Gpus[0].Minor}},"access":"r"}"""));
        });
    }

    [Test]
    public async Task A_node_with_numbers_owner_and_mode_is_what_the_specification_says()
    {
        SpecDirectories.Write(Specs.Low, "a.json", Thing, Nodes(JsonNode.Parse("""{"path":"/dev/disk","type":"b","major":7,"minor":200,"fileMode":384,"uid":1,"gid":2}""")!.AsObject()));

        var config = await EditedAsync(Thing);

        Assert.Multiple(() =>
        {
            Assert.That(Last(config["linux"]!["devices"]), Is.EqualTo("""{"path":"/dev/disk","type":"b","major":7,"minor":200,"fileMode":384,"uid":1,"gid":2}"""));
            Assert.That(Last(config["linux"]!["resources"]!["devices"]), Is.EqualTo("""{"allow":true,"type":"b","major":7,"minor":200,"access":"rwm"}"""));
        });
    }

    [Test]
    public async Task A_node_that_the_host_does_not_have_fails_the_create()
    {
        SpecDirectories.Write(Specs.Low, "a.json", Thing, Nodes(new JsonObject { ["path"] = "/dev/thing", ["hostPath"] = "/dev/no-such-thing" }));

        await AssertRefusedAsync("GRT3003", Thing, "/dev/no-such-thing");
    }

    [Test]
    public async Task Groups_and_file_systems_are_given()
    {
        SpecDirectories.Write(Specs.Low, "a.json", Thing, new JsonObject
        {
            ["additionalGids"] = new JsonArray(0, 4242),
            ["mounts"] = new JsonArray(
                new JsonObject { ["hostPath"] = "tmpfs", ["containerPath"] = "/scratch/deep", ["type"] = "tmpfs", ["options"] = new JsonArray("size=1m") },
                new JsonObject { ["hostPath"] = "tmpfs", ["containerPath"] = "/scratch", ["type"] = "tmpfs", ["options"] = new JsonArray("size=1m") }),
        });

        var result = await RunAsync(Thing, "sh", "-c", "id -G; grep -c ' /scratch' /proc/mounts; touch /scratch/deep/x && echo made");

        Assert.That(result.EnsureSuccess().Lines, Is.EqualTo((string[])["0 4242", "2", "made"]));
    }

    [TestCase("netDevices", """{"netDevices":[{"hostInterfaceName":"eth9","name":"eth0"}]}""")]
    [TestCase("intelRdt", """{"intelRdt":{"closID":"gold"}}""")]
    public async Task What_is_not_applied_fails_the_create_and_is_named(string member, string edits)
    {
        SpecDirectories.Write(Specs.Low, "a.json", Thing, JsonNode.Parse(edits)!.AsObject());

        await AssertRefusedAsync("GRT2008", Thing, member);
    }

    [TestCase(true, "FROM=a")]
    [TestCase(false, null)]
    public async Task An_annotation_of_CDIs_counts_only_where_the_configuration_says_so(bool accepted, string? seen)
    {
        SpecDirectories.Write(Specs.Low, "a.json", Thing, SpecDirectories.Variable("FROM=a"));
        var config = Machine.WriteConfiguration("annotations.json", json => json["cdi"]!["annotations"] = accepted);

        var lines = (await RunAnnotatedAsync(config, Thing)).EnsureSuccess().Lines;

        Assert.That(lines.Where(static line => line.StartsWith("FROM=", StringComparison.Ordinal)), seen is null ? Is.Empty : Is.EqualTo((string[])[seen]));
    }

    [Test]
    public async Task An_annotation_of_CDIs_names_GPUs_of_this_host_too_and_the_environment_then_does_not_count()
    {
        var config = Machine.WriteConfiguration("annotations.json", json => json["cdi"]!["annotations"] = true);

        var result = await RunAnnotatedAsync(config, "nvidia.com/gpu=0,nvidia.com/gpu=5", [.. Probe.ListNodes]);

        Assert.That(result.EnsureSuccess().Lines, Is.EquivalentTo([.. HostNodes.OfGpus(Host, 0, 5), .. HostNodes.ForCompute]));
    }

    [Test]
    public async Task An_annotation_of_CDIs_that_is_no_list_of_names_fails_the_create()
    {
        var config = Machine.WriteConfiguration("annotations.json", json => json["cdi"]!["annotations"] = true);

        var result = await RunAnnotatedAsync(config, "../../etc/passwd");

        Assert.That(ErrorLine.In(result.Error), Does.Contain("GRT2001").And.Contain(Annotation));
    }

    // What a specification calls GPU 0 may be of yesterday's driver: the host's own is what counts.
    [Test]
    public async Task A_GPU_of_this_host_is_the_hosts_whatever_a_specification_says_and_other_names_are_the_specifications()
    {
        SpecDirectories.Write(Specs.High, "nvidia.json", "nvidia.com/gpu=0", SpecDirectories.Variable("FROM=stale"));
        SpecDirectories.Write(Specs.High, "special.json", "nvidia.com/gpu=special", SpecDirectories.Variable("SPECIAL=yes"));

        var lines = (await RunAsync("nvidia.com/gpu=0,nvidia.com/gpu=special", "sh", "-c", "env; ls -d /dev/nvidia*")).EnsureSuccess().Lines;

        Assert.That(lines, Does.Contain("SPECIAL=yes").And.Contain($"/dev/nvidia{Host.Gpus[0].Minor}").And.None.EqualTo("FROM=stale"));
    }

    // An image sets its environment, and a specification may give anything of the host.
    [TestCase("vendor.example/disk=root")]
    [TestCase("nvidia.com/gpu=0,vendor.example/disk=root")]
    public async Task An_environment_cannot_ask_for_a_kind_that_the_configuration_does_not_list_and_an_annotation_can(string devices)
    {
        SpecDirectories.Write(Specs.Low, "disk.json", "vendor.example/disk=root", SpecDirectories.Variable("DISK=yes"));
        var config = Machine.WriteConfiguration("annotations.json", json => json["cdi"]!["annotations"] = true);

        var result = await RunAsync(devices);
        var annotated = await RunAnnotatedAsync(config, devices);

        Assert.That(result.ExitCode, Is.Not.Zero);
        Assert.That(ErrorLine.In(result.Error), Does.Contain("GRT5006").And.Contain("vendor.example/disk=root").And.Contain("cdi.environmentKinds"));
        Assert.That(annotated.EnsureSuccess().Lines, Does.Contain("DISK=yes"));
    }

    [TestCase("nvidia.com/gpu=9")]
    [TestCase("amd.com/gpu=0")]
    public async Task A_GPU_that_neither_the_host_nor_a_specification_has_is_refused_with_the_hosts_GPUs(string device)
    {
        var result = await RunAsync(device);

        Assert.That(result.ExitCode, Is.Not.Zero);
        Assert.That(ErrorLine.In(result.Error), Does.Contain("GRT5004").And.Contain(device).And.Contain(Host.Gpus[0].Uuid));
    }

    // The bundle's prestart hook, as an engine without our runtime calls it.
    [Test]
    public async Task The_hook_gives_nodes_and_refuses_what_comes_too_late_for_it()
    {
        var node = new JsonObject { ["path"] = "/dev/thing", ["hostPath"] = Path.Combine(Machine.DevRoot, $"nvidia{Host.Gpus[0].Minor}") };
        SpecDirectories.Write(Specs.Low, "a.json", Thing, Nodes(node));
        Probe.AssertAllOpen((await RunByHookAsync(Thing)).EnsureSuccess(), "/dev/thing");

        SpecDirectories.Write(Specs.Low, "a.json", Thing, SpecDirectories.Variable("LATE=yes"));
        var late = await RunByHookAsync(Thing);

        Assert.That(late.ExitCode, Is.Not.Zero);
        Assert.That(late.Error, Does.Contain("GRT2008").And.Contain("LATE").And.Contain("--runtime=gpu-runtime"));
    }

    private static JsonObject Nodes(JsonObject node) => new() { ["deviceNodes"] = new JsonArray(node) };

    private static string Last(JsonNode? array) => array!.AsArray()[^1]!.ToJsonString();

    private async Task AssertRefusedAsync(string code, params string[] parts)
    {
        var result = await RunAsync(Thing);

        Assert.That(result.ExitCode, Is.Not.Zero);
        var line = ErrorLine.In(result.Error);
        Assert.Multiple(() =>
        {
            Assert.That(line, Does.Contain(code));
            foreach (var part in parts)
                Assert.That(line, Does.Contain(part));
        });
    }

    private async Task<CommandResult> RunAsync(string devices, params string[] command)
    {
        var id = NewId();
        var bundle = await CreateBundleAsync(id, devices, null, command is [] ? ["env"] : command);
        return await Bundles.Runtime(RuntimeNames.GpuRuntime, "run", "--bundle", bundle.Directory, id).RunAsync();
    }

    private async Task<JsonObject> EditedAsync(string devices, uint uid = 0, uint gid = 0)
    {
        var id = NewId();
        var bundle = await CreateBundleAsync(id, devices, BundleEngine.DefaultOptions with { Uid = uid, Gid = gid }, "true");
        (await Bundles.Runtime(RuntimeNames.GpuRuntime, "create", "--bundle", bundle.Directory, id).RunAsync()).EnsureSuccess();
        var config = bundle.ReadConfig();
        await Bundles.Runtime(RuntimeNames.GpuRuntime, "delete", "--force", id).RunAsync();
        return config;
    }

    private async Task<CommandResult> RunAnnotatedAsync(string config, string devices, params string[] command)
    {
        var id = NewId();
        var options = BundleEngine.DefaultOptions with { Annotations = ImmutableSortedDictionary<string, string>.Empty.Add(Annotation, devices) };
        var bundle = await CreateBundleAsync(id, null, options, command is [] ? ["env"] : command);
        return await Shim("--root", Bundles.StateRoot, "run", "--bundle", bundle.Directory, id).WithEnvironment("GPU_RUNTIME_CONFIG", config).RunAsync();
    }

    private async Task<CommandResult> RunByHookAsync(string devices)
    {
        var id = NewId();
        var options = BundleEngine.DefaultOptions with { Hooks = BundleOptions.Prestart(Programs.GpuRuntimeHook, Machine.ConfigPath) };
        var bundle = await CreateBundleAsync(id, devices, options, "/bin/opendev", "/dev/thing");
        return await Runc("--root", Bundles.StateRoot, "run", "--bundle", bundle.Directory, id).RunAsync();
    }

    private protected override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        _specs = SpecDirectories.For(Machine);
    }
}
