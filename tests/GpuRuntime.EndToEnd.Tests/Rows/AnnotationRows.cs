namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>Annotation gpu-runtime.io/gpus, which an image cannot set, on podman.</summary>
public sealed class AnnotationRows : EngineFixture
{
    private const string Gpus = "gpu-runtime.io/gpus";
    private TestImage? _busybox;

    public AnnotationRows()
        : base(EngineKind.Podman)
    {
    }

    // Values without a comma: podman 4 splits --annotation at commas, as one record of CSV.
    [TestCase("all", 0, 1, 2, 3, 4, 5, 6, 7)]
    [TestCase("device=0", 0)]
    [TestCase("device=1-3", 1, 2, 3)]
    [TestCase("device=nvidia:5", 5)]
    public async Task The_annotation_of_a_container_gives_its_GPUs(string value, params int[] indexes)
    {
        var result = await Engine.RunAsync(ContainerRequest.Of(_busybox!, Probe.ListNodes.AsSpan()).WithOptions("--annotation", $"{Gpus}={value}"));

        Assert.That(result.EnsureSuccess().Lines, Is.EquivalentTo([.. HostNodes.OfGpus(Host, indexes), .. HostNodes.ForCompute]));
    }

    [Test]
    public async Task A_count_gives_that_many_GPUs()
    {
        var result = await Engine.RunAsync(ContainerRequest.Of(_busybox!, Probe.ListNodes.AsSpan()).WithOptions("--annotation", $"{Gpus}=3"));

        Assert.That(result.EnsureSuccess().Lines.Intersect(HostNodes.OfAllGpus(Host)).Count(), Is.EqualTo(3), result.ToString());
    }

    [Test]
    public async Task The_annotation_wins_over_the_variable_of_an_image()
    {
        var result = await Engine.RunAsync(ContainerRequest.Of(_busybox!, Probe.ListNodes.AsSpan())
            .With("NVIDIA_VISIBLE_DEVICES", "all")
            .WithOptions("--annotation", $"{Gpus}=device=4"));

        Assert.That(result.EnsureSuccess().Lines, Is.EquivalentTo([.. HostNodes.OfGpus(Host, 4), .. HostNodes.ForCompute]));
    }

    [Test]
    public async Task The_variable_of_the_same_grammar_gives_its_GPUs()
    {
        var result = await Engine.RunAsync(ContainerRequest.Of(_busybox!, Probe.ListNodes.AsSpan()).With("GPU_RUNTIME_GPUS", "device=0,2,capabilities=utility"));

        Assert.That(result.EnsureSuccess().Lines, Is.EquivalentTo([.. HostNodes.OfGpus(Host, 0, 2), HostNodes.Control]));
    }

    [TestCase("device=42", "42")]
    [TestCase("devices=0", "devices")]
    public async Task A_wrong_annotation_fails_the_start_and_says_what_is_wrong(string value, string named)
    {
        var result = await Engine.RunAsync(ContainerRequest.Of(_busybox!, "true").WithOptions("--annotation", $"{Gpus}={value}"));

        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Not.Zero);
            Assert.That(ErrorLine.In(result.Error), Does.Contain(named));
        });
    }

    private protected override async Task PrepareAsync() => _busybox = await ImportedAsync(TestImage.Busybox(Machine.Directory));
}
