using System.Collections.Immutable;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>Annotation gpu-runtime.io/gpus in a bundle: the whole grammar, commas included.</summary>
public sealed class BundleAnnotationRows : BundleFixture
{
    private const string Gpus = "gpu-runtime.io/gpus";

    [TestCase("device=0,2", 0, 2)]
    [TestCase("device=0-1,7", 0, 1, 7)]
    [TestCase("nvidia:3,nvidia:4", 3, 4)]
    [TestCase("device=0,capabilities=utility,compute", 0)]
    [TestCase("\"device=0,2\",\"capabilities=utility,compute\"", 0, 2)]
    [TestCase("driver=nvidia,device=6", 6)]
    [TestCase(" device=1 , 2 ", 1, 2)]
    public async Task The_annotation_gives_its_GPUs(string value, params int[] indexes)
    {
        var result = await RunAsync(null, value);

        Assert.That(result.EnsureSuccess().Lines, Is.EquivalentTo([.. HostNodes.OfGpus(Host, indexes), .. HostNodes.ForCompute]));
    }

    [Test]
    public async Task A_UUID_gives_its_GPU()
    {
        var result = await RunAsync(null, $"device={Host.Gpus[7].Uuid}");

        Assert.That(result.EnsureSuccess().Lines, Is.EquivalentTo([.. HostNodes.OfGpus(Host, 7), .. HostNodes.ForCompute]));
    }

    [Test]
    public async Task None_gives_the_driver_without_a_GPU()
    {
        var result = await RunAsync(null, "none");

        Assert.That(result.EnsureSuccess().Lines, Is.EquivalentTo(HostNodes.ForCompute));
    }

    [Test]
    public async Task Capabilities_of_the_annotation_win_over_the_variable()
    {
        var result = await RunAsync("all", "device=2,capabilities=utility");

        Assert.That(result.EnsureSuccess().Lines, Is.EquivalentTo([.. HostNodes.OfGpus(Host, 2), HostNodes.Control]));
    }

    [Test]
    public async Task Annotations_that_the_configuration_does_not_accept_give_nothing()
    {
        var config = Machine.WriteConfiguration("no-annotations.json", static json => json["acceptAnnotations"] = false);

        var result = await RunAsync(null, "all", config);

        Assert.That(result.EnsureSuccess().Output.Trim(), Is.Empty);
    }

    private async Task<CommandResult> RunAsync(string? devices, string annotation, string? config = null)
    {
        var id = NewId();
        var options = BundleEngine.DefaultOptions with { Annotations = ImmutableSortedDictionary<string, string>.Empty.Add(Gpus, annotation) };
        var bundle = await CreateBundleAsync(id, devices, options, [.. Probe.ListNodes]);
        return await Shim("--root", Bundles.StateRoot, "run", "--bundle", bundle.Directory, id)
            .WithEnvironment("GPU_RUNTIME_CONFIG", config ?? Host.ConfigPath).RunAsync();
    }
}
