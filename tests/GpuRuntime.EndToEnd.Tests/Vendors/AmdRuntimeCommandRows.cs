using System.Collections.Immutable;
using System.Text.Json.Nodes;
using GpuRuntime.EndToEnd.Tests.Rows;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Vendors;

/// <summary>Command lines and bundles that AMD's own runtime got wrong, given to ours under its name.</summary>
[TestFixture(EngineKind.RuncOnCgroupV1)]
[TestFixture(EngineKind.RuncOnCgroupV2)]
public sealed class AmdRuntimeCommandRows(EngineKind kind) : VendorFixture(kind, VendorHosts.Mi210Pair)
{
    private const string Unknown = """{"deep":[1.50,15e-1,123456789012345678901234567890,{"a":null}]}""";

    private string _program = "";

    private BundleEngine Bundles => (BundleEngine)Engine;

    private IEnumerable<string> Nodes => Gpus.NodesOf("amd:1");

    [TestCase("create")]
    [TestCase("run")]
    public async Task A_container_may_be_called_like_a_verb(string id)
    {
        var bundle = await CreateBundleAsync(id, Probe.Open(Nodes));

        var result = await Runtime("run", "--bundle", bundle.Directory, id).RunAsync();

        Probe.AssertAllOpen(result, Nodes);
    }

    // Where "create" is an argument and no verb.
    [TestCase("state", "create")]
    [TestCase("delete", "--force", "create")]
    [TestCase("--criu", "create", "list")]
    public async Task An_argument_that_reads_create_edits_no_bundle(params string[] arguments)
    {
        var bundle = await CreateBundleAsync(NewId(), ["true"]);
        var before = await File.ReadAllTextAsync(bundle.ConfigPath);

        var alone = await InBundle(Bundles.Complete(Command.Of(EngineFactory.LowLevelRuntime(Kind), ["--root", Bundles.StateRoot, .. arguments])), bundle).RunAsync();
        var result = await InBundle(Runtime(arguments), bundle).RunAsync();

        Assert.That((result.ExitCode, result.Output), Is.EqualTo((alone.ExitCode, alone.Output)), result.ToString());
        Assert.That(await File.ReadAllTextAsync(bundle.ConfigPath), Is.EqualTo(before));
    }

    [Test]
    public async Task Without_a_bundle_flag_the_working_directory_is_the_bundle()
    {
        var bundle = await CreateBundleAsync("in-its-own-directory", Probe.Open(Nodes));

        var result = await InBundle(Runtime("run", "in-its-own-directory"), bundle).RunAsync();

        Probe.AssertAllOpen(result, Nodes);
        Assert.That(bundle.ReadConfig()["linux"]!["devices"]!.AsArray().Select(static device => (string?)device!["path"]), Is.EquivalentTo(Nodes));
    }

    [Test]
    public async Task Without_a_bundle_flag_a_directory_without_a_bundle_stays_empty()
    {
        var empty = Machine.Directory.CreateSubdirectory(NewId());

        var result = await (Runtime("create", NewId()) with { WorkingDirectory = empty }).RunAsync();

        Assert.That(result.ExitCode, Is.Not.Zero);
        Assert.That(Directory.GetFileSystemEntries(empty), Is.Empty);
    }

    [Test]
    public async Task Members_that_nobody_knows_survive()
    {
        var id = NewId();
        var bundle = await CreateBundleAsync(id, Probe.Open(Nodes), static config =>
        {
            foreach (var place in (JsonNode[])[config, config["process"]!, config["linux"]!, config["linux"]!["resources"]!])
                place["x-vendor"] = "to be replaced";
            config["linux"]!["memoryPolicy"] = new JsonObject { ["mode"] = "MPOL_DEFAULT", ["nodes"] = "0" };
        });
        await File.WriteAllTextAsync(bundle.ConfigPath, (await File.ReadAllTextAsync(bundle.ConfigPath)).Replace("\"to be replaced\"", Unknown, StringComparison.Ordinal));

        var result = await Runtime("run", "--bundle", bundle.Directory, id).RunAsync();

        Probe.AssertAllOpen(result.EnsureSuccess(), Nodes);
        var after = bundle.ReadConfig();
        Assert.Multiple(() =>
        {
            foreach (var place in (JsonNode[])[after, after["process"]!, after["linux"]!, after["linux"]!["resources"]!])
                Assert.That(JsonNode.DeepEquals(place["x-vendor"], JsonNode.Parse(Unknown)), Is.True, place["x-vendor"]?.ToJsonString());
            Assert.That((string?)after["linux"]!["memoryPolicy"]?["mode"], Is.EqualTo("MPOL_DEFAULT"));
        });
    }

    private protected override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        _program = Machine.Directory.Combine("amd-container-runtime");
        File.CreateSymbolicLink(_program, Programs.GpuRuntime);
    }

    private static string NewId() => $"c{Guid.NewGuid():N}";

    private Command Runtime(params ReadOnlySpan<string> arguments) => Bundles.Complete(Command.Of(_program, ["--root", Bundles.StateRoot, .. arguments]));

    // The directory is the program's, whatever stands before it.
    private static Command InBundle(Command command, Bundle bundle) => command with { WorkingDirectory = bundle.Directory };

    private Task<Bundle> CreateBundleAsync(string id, ImmutableArray<string> command, Action<JsonObject>? edit = null) =>
        Bundles.CreateBundleAsync(id, Asking(["AMD_VISIBLE_DEVICES=1"], command), BundleEngine.DefaultOptions with { Edit = edit });
}
