using System.Text.RegularExpressions;
using GpuRuntime.EndToEnd.Tests.DockerPlugin;
using GpuRuntime.EndToEnd.Tests.Limits;
using GpuRuntime.EndToEnd.Tests.Rows;
using GpuRuntime.EndToEnd.Tests.UserGuide;

namespace GpuRuntime.EndToEnd.Tests.Compose;

/// <summary>Compose files with GPUs: by the machine's docker-compose 1.29 and Docker 20.10, and by Compose 2.26 and Docker 26.1.</summary>
[TestFixture(EngineKind.DockerOnCgroupV1)]
[TestFixture(EngineKind.Docker26)]
public sealed partial class ComposeRows(EngineKind kind) : DockerPluginFixture(kind)
{
    private const string Image = "service:local";

    private static readonly string LimitedService = ComposeFiles.OneService("runtime: gpu-runtime", "environment: ['GPU_RUNTIME_GPUS=device=0,memory=2GB']");

    private bool _knowsAnnotations;

    [Test]
    public async Task The_guides_training_and_inference_have_the_GPUs_that_they_count()
    {
        var project = Project(ComposeFiles.TrainingAndInference);
        (await project.UpAsync()).EnsureSuccess();

        var training = await project.ReportAsync("ml-training");
        AssertGpus(training, 0, 1);
        AssertGpus(await project.ReportAsync("inference-api"), 0);
        Assert.That(training.Program, Is.EqualTo((string[])["python", "/models/train.py", "--data-dir", "/data"]));
        Assert.That(training.Lines, Does.Contain("volume /data").And.Contain("volume /models"));
    }

    [Test]
    public async Task The_guides_two_services_share_the_first_GPU()
    {
        var project = Project(ComposeFiles.SharedGpu);
        (await project.UpAsync()).EnsureSuccess();

        var (first, second) = (await project.ReportAsync("gpu-service-1"), await project.ReportAsync("gpu-service-2"));
        Assert.That(first.Opened, Is.EquivalentTo([.. HostNodes.OfGpus(Host, 0), HostNodes.Control]), "utility needs no node of CUDA's");
        Assert.That(second.Opened, Is.EquivalentTo(first.Opened));
        Assert.That(first.Lines, Does.Contain("TF_MEMORY_ALLOCATION=0.5"));
        Assert.That(second.Lines, Does.Contain("CUDA_MEM_ALLOC_CONF=max_split_size_mb:256"));
    }

    [Test]
    public async Task Our_training_has_two_GPUs_and_our_inference_the_one_that_it_names()
    {
        var project = Project(ComposeFiles.OfRepository("training-and-inference.yaml"));
        (await project.UpAsync()).EnsureSuccess();

        AssertGpus(await project.ReportAsync("training"), 0, 1);
        AssertGpus(await project.ReportAsync("inference"), 2);
    }

    [Test]
    public async Task Our_two_services_share_the_first_GPU()
    {
        var project = Project(ComposeFiles.OfRepository("shared-gpu.yaml"));
        (await project.UpAsync()).EnsureSuccess();

        foreach (var service in (string[])["first", "second"])
            Assert.That((await project.ReportAsync(service)).Opened, Is.EquivalentTo([.. HostNodes.OfGpus(Host, 0), HostNodes.Control]));
    }

    [Test]
    public async Task Annotations_are_for_Compose_2_and_newer_Dockers()
    {
        var project = Project(ComposeFiles.OfRepository("annotations.yaml"));

        var result = await project.UpAsync();

        if (_knowsAnnotations)
            AssertGpus(await project.ReportAsync("service"), 0, 1);
        else
            Assert.That(result.Error, Does.Contain("Unsupported config option for services.service: 'annotations'"));
        Assert.That(result.ExitCode == 0, Is.EqualTo(_knowsAnnotations), result.ToString());
    }

    [Test]
    public async Task A_device_without_a_driver_is_served_by_the_hook()
    {
        var project = Project(ComposeFiles.OneService(Devices("device_ids: ['3', '5'], capabilities: [gpu, compute]")));
        (await project.UpAsync()).EnsureSuccess();

        Assert.That((await project.ReportAsync("service")).Opened, Is.EquivalentTo([.. HostNodes.OfGpus(Host, 3, 5), .. HostNodes.ForCompute]));
    }

    [TestCase("amd")]
    [TestCase("intel")]
    [TestCase("gpu-runtime")]
    public async Task Docker_knows_no_driver_of_other_names(string driver)
    {
        var project = Project(ComposeFiles.OneService("runtime: gpu-runtime", Devices($"driver: {driver}, count: 1, capabilities: [gpu]")));

        var result = await project.UpAsync();

        Assert.That(result.ExitCode, Is.Not.Zero, result.ToString());
        Assert.That(result.Error, Does.Contain($"could not select device driver \"{driver}\""));
    }

    [Test]
    public async Task A_limit_that_nothing_here_holds_is_refused_and_not_dropped()
    {
        var result = await Project(LimitedService).UpAsync();

        Assert.That(result.ExitCode, Is.Not.Zero, result.ToString());
        Assert.That(result.Error, Does.Contain("gpu-runtime: GRT2007: ").And.Contain("watchdog: gpu-runtime-agent is not running"));
    }

    [Test]
    public async Task A_limit_in_the_environment_holds_with_a_stand_in_for_the_agent()
    {
        using var agent = AgentStandIn.Start(Machine);
        var project = Project(LimitedService);
        (await project.UpAsync()).EnsureSuccess();

        var report = await project.ReportAsync("service");

        AssertGpus(report, 0);
        Assert.That(report.Lines, Does.Contain("GPU_RUNTIME_MEMORY_LIMIT=1999634432").And.Contain("GPU_RUNTIME_MEMORY_TIER=watchdog"));
    }

    [Test]
    public async Task A_limit_in_the_annotations_of_ours_holds_with_a_stand_in_for_the_agent()
    {
        using var agent = AgentStandIn.Start(Machine);
        var project = Project(ComposeFiles.OfRepository("annotations.yaml").Replace("# gpu-runtime.io/memory", "gpu-runtime.io/memory", StringComparison.Ordinal));

        var result = await project.UpAsync();

        Assert.That(result.ExitCode == 0, Is.EqualTo(_knowsAnnotations), result.ToString());
        if (_knowsAnnotations)
            Assert.That((await project.ReportAsync("service")).Lines, Does.Contain("GPU_RUNTIME_MEMORY_LIMIT=2147483648").And.Contain("GPU_RUNTIME_MEMORY_TIER=watchdog"));
    }

    private protected override async Task PrepareAsync()
    {
        StateFiles.ReportMemory((NvidiaMachine)Machine, 80L << 30);
        var version = (await ComposeAsync(["version", "--short"])).EnsureSuccess().Output;
        _knowsAnnotations = !version.StartsWith("1.", StringComparison.Ordinal) && await KnowsAnnotationsAsync();
        await GuideImage.CommitAsync(Docker, await ImportedAsync(GuideImage.Create(Machine.Directory)), Image, "CMD [\"serve\"]");
        foreach (var volume in (string[])["training_data", "models"])
            await File.WriteAllTextAsync(Path.Combine(Machine.Directory.CreateSubdirectory("work", volume), "from-the-host"), "");
    }

    private static string Devices(string device) => $"deploy: {{resources: {{reservations: {{devices: [{{{device}}}]}}}}}}";

    // The image is one of ours, and its containers have no network, for which dockerd has no bridge.
    private ComposeProject Project(string file)
    {
        var path = Path.Combine(Machine.Directory.CreateSubdirectory("work"), $"{Guid.NewGuid():N}.yaml");
        File.WriteAllText(path, ImageLine().Replace(file, $"    image: {Image}\n    network_mode: none\n"));
        return new ComposeProject(Docker, ComposeAsync, path);
    }

    private Task<CommandResult> ComposeAsync(string[] arguments) =>
        Kind == EngineKind.Docker26 ? Docker.DockerAsync(["compose", .. arguments]) : (AsUser(Programs.Engine("docker-compose"), arguments) with { Limit = TimeSpan.FromMinutes(3) }).RunAsync();

    private void AssertGpus(GuideReport report, params int[] indexes) =>
        Assert.That(report.Opened, Is.EquivalentTo([.. HostNodes.OfGpus(Host, indexes), .. HostNodes.ForCompute]));

    [GeneratedRegex("^    image: IMAGE\n", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex ImageLine();
}
