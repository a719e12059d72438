namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>NVIDIA_REQUIRE_*, and CUDA images from before it. The simulated driver is 550.163.01, which serves CUDA 12.4.</summary>
public sealed class RequirementRows : DockerFixture
{
    private TestImage? _busybox;

    [TestCase("cuda>=12.8", "570.26")]
    [TestCase("cuda>=12.5", "555.42.02")]
    public async Task A_newer_CUDA_fails_the_start_and_says_what_is_needed_what_there_is_and_which_driver_would_do(string requirement, string driver)
    {
        var result = await Docker.RunAsync(Asking(_busybox!, "0", ["true"]).With("NVIDIA_REQUIRE_CUDA", requirement));

        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Not.Zero);
            Assert.That(ErrorLine.In(result.Error), Does.Contain(requirement).And.Contain("12.4").And.Contain(Host.DriverVersion).And.Contain(driver));
        });
    }

    [Test]
    public async Task A_CUDA_that_no_driver_serves_fails_the_start()
    {
        var result = await Docker.RunAsync(Asking(_busybox!, "0", ["true"]).With("NVIDIA_REQUIRE_CUDA", "cuda>=99.0"));

        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Not.Zero);
            Assert.That(ErrorLine.In(result.Error), Does.Contain("cuda>=99.0").And.Contain("12.4").And.Contain(Host.DriverVersion));
        });
    }

    [TestCase("true")]
    [TestCase("1")]
    public async Task NVIDIA_DISABLE_REQUIRE_starts_it_all_the_same(string value) =>
        await AssertOpensAsync(Asking(_busybox!, "0", []).With("NVIDIA_REQUIRE_CUDA", "cuda>=99.0").With("NVIDIA_DISABLE_REQUIRE", value));

    [TestCase("cuda>=11.8")]
    [TestCase("cuda>=12.4 brand=tesla,driver>=418,driver<419")]
    [TestCase("cuda>=99.0 driver>=535,driver<600")]
    public async Task A_requirement_that_holds_lets_it_start(string requirement) =>
        await AssertOpensAsync(Asking(_busybox!, "0", []).With("NVIDIA_REQUIRE_CUDA", requirement));

    [Test]
    public async Task Every_variable_must_hold()
    {
        var result = await Docker.RunAsync(Asking(_busybox!, "0", ["true"])
            .With("NVIDIA_REQUIRE_CUDA", "cuda>=11.8")
            .With("NVIDIA_REQUIRE_DRIVER", "driver>=600"));

        Assert.That(ErrorLine.In(result.Error), Does.Contain("NVIDIA_REQUIRE_DRIVER").And.Contain("driver>=600"));
    }

    [Test]
    public async Task A_container_without_a_GPU_is_not_asked()
    {
        var result = await Docker.RunAsync(ContainerRequest.Of(_busybox!, "true").With("NVIDIA_REQUIRE_CUDA", "cuda>=99.0"));

        Assert.That(result.ExitCode, Is.Zero, result.ToString());
    }

    [Test]
    public async Task A_CUDA_image_from_before_NVIDIAs_variables_gets_all_GPUs_and_all_capabilities()
    {
        var result = await Docker.RunAsync(ContainerRequest.Of(_busybox!, Probe.ListNodes.AsSpan()).With("CUDA_VERSION", "8.0.61"));

        Assert.That(result.EnsureSuccess().Lines, Is.EquivalentTo(
        [
            .. HostNodes.OfAllGpus(Host), .. HostNodes.ForDisplay(Host, Host.Gpus.Select(static gpu => gpu.Index)), .. HostNodes.ForCompute, HostNodes.Modeset,
        ]));
    }

    [Test]
    public async Task Its_CUDA_version_is_its_requirement()
    {
        var result = await Docker.RunAsync(ContainerRequest.Of(_busybox!, "true").With("CUDA_VERSION", "12.8.0"));

        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Not.Zero);
            Assert.That(ErrorLine.In(result.Error), Does.Contain("12.8").And.Contain(Host.DriverVersion));
        });
    }

    [Test]
    public async Task A_newer_CUDA_image_that_asks_for_nothing_gets_nothing()
    {
        var result = await Docker.RunAsync(ContainerRequest.Of(_busybox!, Probe.ListNodes.AsSpan())
            .With("CUDA_VERSION", "11.8.0")
            .With("NVIDIA_REQUIRE_CUDA", "cuda>=11.8"));

        Assert.That(result.EnsureSuccess().Output.Trim(), Is.Empty);
    }

    private async Task AssertOpensAsync(ContainerRequest request)
    {
        var node = HostNodes.OfGpus(Host, 0).Single();

        var result = await Docker.RunAsync(request with { Command = Probe.Open(node) });

        Probe.AssertAllOpen(result, node);
    }

    private protected override async Task PrepareAsync() => _busybox = await ImportedAsync(TestImage.Busybox(Machine.Directory));
}
