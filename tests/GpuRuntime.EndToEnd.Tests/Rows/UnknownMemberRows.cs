using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>OCI members that gpu-runtime does not know: newer than it, or a vendor's own.</summary>
public sealed class UnknownMemberRows : BundleFixture
{
    private const string Member = "x-unknown";

    // Text, not a number: 1.50 and 15e-1 are the same number, and neither may become the other.
    private const string Content = """{"nested":[{"deep":[1.50,15e-1,123456789012345678901234567890,"\u00e9/\/"]},null,true,{}]}""";

    [Test]
    public async Task They_are_still_there_at_every_level_and_the_GPU_opens()
    {
        var node = HostNodes.OfGpus(Host, 0).Single();
        var id = NewId();
        var bundle = await CreateBundleAsync(id, "0", BundleEngine.DefaultOptions with { Edit = AddEverywhere }, [.. Probe.Open(node)]);
        var text = (await File.ReadAllTextAsync(bundle.ConfigPath)).Replace("\"to be replaced\"", Content, StringComparison.Ordinal);
        await File.WriteAllTextAsync(bundle.ConfigPath, text);

        var result = await Shim("--root", Bundles.StateRoot, "run", "--bundle", bundle.Directory, id).RunAsync();

        Probe.AssertAllOpen(result.EnsureSuccess(), node);
        var after = await File.ReadAllTextAsync(bundle.ConfigPath);
        var config = JsonNode.Parse(after)!;
        Assert.Multiple(() =>
        {
            foreach (var (name, place) in Places(config))
                Assert.That(JsonNode.DeepEquals(place[Member], JsonNode.Parse(Content)), Is.True, $"{name} lost its member, or the member changed: {place[Member]?.ToJsonString()}");
            Assert.That(after, Does.Contain("1.50").And.Contain("15e-1").And.Contain("123456789012345678901234567890"));
        });
    }

    [Test]
    public async Task Everything_but_what_a_GPU_needs_is_the_same_before_and_after()
    {
        var id = NewId();
        var bundle = await CreateBundleAsync(id, "0", BundleEngine.DefaultOptions with { Edit = AddEverywhere }, "true");
        var before = bundle.ReadConfig();

        (await Shim("--root", Bundles.StateRoot, "run", "--bundle", bundle.Directory, id).RunAsync()).EnsureSuccess();

        var after = bundle.ReadConfig();
        Assert.Multiple(() =>
        {
            foreach (var name in (string[])["ociVersion", "root", "hostname"])
                Assert.That(JsonNode.DeepEquals(after[name], before[name]), Is.True, name);
            foreach (var name in (string[])["args", "cwd", "capabilities", "rlimits", "noNewPrivileges", "terminal"])
                Assert.That(JsonNode.DeepEquals(after["process"]![name], before["process"]![name]), Is.True, $"process.{name}");
            foreach (var name in (string[])["namespaces", "maskedPaths", "readonlyPaths", "cgroupsPath"])
                Assert.That(JsonNode.DeepEquals(after["linux"]![name], before["linux"]![name]), Is.True, $"linux.{name}");
            AssertBeginsWith(after["mounts"]!, before["mounts"]!, "mounts");
            AssertBeginsWith(after["linux"]!["resources"]!["devices"]!, before["linux"]!["resources"]!["devices"]!, "linux.resources.devices");
        });
    }

    private static void AddEverywhere(JsonObject config)
    {
        config["annotations"] = new JsonObject { ["org.example/annotation"] = "kept" };
        config["hooks"] = new JsonObject { ["poststop"] = new JsonArray(new JsonObject { ["path"] = "/bin/true", ["env"] = new JsonArray("A=b") }) };
        config["linux"]!["devices"] = new JsonArray(new JsonObject { ["path"] = "/dev/own", ["type"] = "c", ["major"] = 1, ["minor"] = 3 });
        foreach (var (_, place) in Places(config))
            place[Member] = "to be replaced";
    }

    private static IEnumerable<(string Name, JsonNode Place)> Places(JsonNode config) =>
    [
        ("config.json", config),
        ("process", config["process"]!),
        ("process.user", config["process"]!["user"]!),
        ("process.capabilities", config["process"]!["capabilities"]!),
        ("root", config["root"]!),
        ("mounts[0]", config["mounts"]![0]!),
        ("hooks", config["hooks"]!),
        ("hooks.poststop[0]", config["hooks"]!["poststop"]![0]!),
        ("linux", config["linux"]!),
        ("linux.resources", config["linux"]!["resources"]!),
        ("linux.resources.devices[0]", config["linux"]!["resources"]!["devices"]![0]!),
        ("linux.devices[0]", config["linux"]!["devices"]![0]!),
        ("linux.namespaces[0]", config["linux"]!["namespaces"]![0]!),
    ];

    private static void AssertBeginsWith(JsonNode after, JsonNode before, string name)
    {
        for (var index = 0; index < before.AsArray().Count; index++)
            Assert.That(JsonNode.DeepEquals(after[index], before[index]), Is.True, $"{name}[{index}]");
    }
}
