using System.Collections.Immutable;
using System.Text.Json.Nodes;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Vendors;

/// <summary>One container with three vendors' GPUs, asked for by an annotation.</summary>
[TestFixture(EngineKind.RuncOnCgroupV1)]
[TestFixture(EngineKind.RuncOnCgroupV2)]
[TestFixture(EngineKind.Podman)]
public sealed class ThreeVendorAnnotationRows(EngineKind kind) : ThreeVendorFixture(kind)
{
    private const string Annotation = "gpu-runtime.io/gpus";

    [TestCase(Request)]
    [TestCase("device=" + Request)]
    public async Task Their_nodes_open_and_each_is_there_once_with_its_link(string value)
    {
        var result = await RunAsync(value, Reporting());

        AssertThreeVendors(result);
    }

    [Test]
    public async Task The_annotation_wins_over_the_vendors_own_variables()
    {
        var result = await RunAsync(Request, Reporting("AMD_VISIBLE_DEVICES=1", "INTEL_VISIBLE_DEVICES=none", "NVIDIA_VISIBLE_DEVICES=void"));

        AssertThreeVendors(result);
    }

    private async Task<CommandResult> RunAsync(string value, ContainerRequest request)
    {
        // podman 4 reads --annotation as a record of CSV: quotes keep its commas.
        if (Engine is not BundleEngine bundles)
            return await Engine.RunAsync(request.WithOptions("--annotation", $"\"{Annotation}={value}\""));

        var id = $"c{Guid.NewGuid():N}";
        var options = BundleEngine.DefaultOptions with { Annotations = ImmutableSortedDictionary<string, string>.Empty.Add(Annotation, value) };
        var bundle = await bundles.CreateBundleAsync(id, request, options);
        var result = await bundles.Runtime(RuntimeNames.GpuRuntime, "run", "--bundle", bundle.Directory, id).RunAsync();
        AssertNothingTwice(bundle.ReadConfig());
        return result;
    }

    private static void AssertNothingTwice(JsonObject config) => Assert.Multiple(() =>
    {
        Assert.That(Texts(config["linux"]!["devices"]!, "path"), Is.Unique);
        Assert.That(config["linux"]!["resources"]!["devices"]!.AsArray().Select(static rule => rule!.ToJsonString()), Is.Unique);
        Assert.That(Texts(config["mounts"]!, "destination"), Is.Unique);
        Assert.That(config["process"]!["user"]!["additionalGids"]!.AsArray().Select(static gid => (int)gid!), Is.EqualTo((int[])[DriverNumbers.VideoGroup, DriverNumbers.RenderGroup]));
    });

    private static IEnumerable<string> Texts(JsonNode array, string member) => array.AsArray().Select(each => (string)each![member]!);
}
