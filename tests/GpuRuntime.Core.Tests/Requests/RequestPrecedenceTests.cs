using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Requests;
using static GpuRuntime.Core.Tests.Requests.ContainerBuilder;

namespace GpuRuntime.Core.Tests.Requests;

/// <summary>Which of a container's sources says what it gets.</summary>
public sealed class RequestPrecedenceTests
{
    [Test]
    public void A_container_that_names_no_GPU_asks_for_nothing() => Assert.That(Env("PATH=/bin", "CUDA_HOME=/x").Asked(), Is.EqualTo("nothing"));

    [TestCase("NVIDIA_VISIBLE_DEVICES=0", "nvidia index 0")]
    [TestCase("AMD_VISIBLE_DEVICES=0", "amd index 0")]
    [TestCase("INTEL_VISIBLE_DEVICES=all", "intel all")]
    [TestCase("GPU_RUNTIME_GPUS=amd:0,intel:0", "amd index 0, intel index 0")]
    [TestCase("GPU_RUNTIME_GPUS=none", "none")]
    [TestCase("NVIDIA_VISIBLE_DEVICES=none", "none")]
    [TestCase("NVIDIA_VISIBLE_DEVICES=", "nothing")]
    [TestCase("NVIDIA_VISIBLE_DEVICES=void", "nothing")]
    [TestCase("GPU_RUNTIME_GPUS=", "nothing")]
    [TestCase("GPU_RUNTIME_GPUS=count=0", "nothing")]
    [TestCase("AMD_VISIBLE_DEVICES=none", "nothing")]
    [TestCase("DOCKER_RESOURCE_GPU=2", "DOCKER_RESOURCE_GPU=2")]
    [TestCase("DOCKER_RESOURCE_GPU= ", "nothing")]
    public void Each_variable_asks_by_itself(string entry, string expected) => Assert.That(Env(entry).Asked(), Is.EqualTo(expected));

    [Test]
    public void An_annotation_counts_before_every_variable()
    {
        var container = Env("GPU_RUNTIME_GPUS=device=1", "NVIDIA_VISIBLE_DEVICES=2", "DOCKER_RESOURCE_GPU=3").Annotated(RequestReader.GpusAnnotation, "device=0");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(container.Asked(), Is.EqualTo("index 0"));
            Assert.That(container.Request()!.Source, Does.Contain(RequestReader.GpusAnnotation));
        }
    }

    [Test]
    public void Our_own_variable_counts_before_Swarm_and_the_vendors_variables()
    {
        var container = Env("GPU_RUNTIME_GPUS=device=1", "NVIDIA_VISIBLE_DEVICES=2", "DOCKER_RESOURCE_GPU=3");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(container.Asked(), Is.EqualTo("index 1"));
            Assert.That(container.Request()!.Source, Is.EqualTo("GPU_RUNTIME_GPUS"));
        }
    }

    [Test]
    public void An_empty_annotation_leaves_the_word_to_the_environment() =>
        Assert.That(Env("NVIDIA_VISIBLE_DEVICES=2").Annotated(RequestReader.GpusAnnotation, " ").Asked(), Is.EqualTo("nvidia index 2"));

    [Test]
    public void An_annotation_that_asks_for_no_GPU_is_the_last_word() =>
        Assert.That(Env("NVIDIA_VISIBLE_DEVICES=all").Annotated(RequestReader.GpusAnnotation, "count=0").Asked(), Is.EqualTo("nothing"));

    [Test]
    public void The_vendors_variables_add_up() =>
        Assert.That(
            Env("NVIDIA_VISIBLE_DEVICES=0", "AMD_VISIBLE_DEVICES=1", "INTEL_VISIBLE_DEVICES=2").Asked(), Is.EqualTo("nvidia index 0, amd index 1, intel index 2"));

    [Test]
    public void NVIDIAs_driver_without_a_GPU_goes_with_another_vendors_GPU()
    {
        var request = Env("NVIDIA_VISIBLE_DEVICES=none", "AMD_VISIBLE_DEVICES=all").Request()!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(request.DriverFilesOnly);
            Assert.That(RequestText.Of(request), Is.EqualTo("amd all"));
        }
    }

    [Test]
    public void The_request_says_where_it_comes_from() =>
        Assert.That(Env("NVIDIA_VISIBLE_DEVICES=0", "AMD_VISIBLE_DEVICES=1", "DOCKER_RESOURCE_GPU=1").Request()!.Source,
            Does.Contain("NVIDIA_VISIBLE_DEVICES").And.Contain("AMD_VISIBLE_DEVICES").And.Contain("DOCKER_RESOURCE_GPU"));

    [TestCase("NVIDIA_VISIBLE_DEVICES=all", true)]
    [TestCase("AMD_VISIBLE_DEVICES=all", false)]
    [TestCase("GPU_RUNTIME_GPUS=all", false)]
    public void Only_NVIDIAs_variable_may_be_Dockers_gpus_flag(string entry, bool expected) => Assert.That(Env(entry).Request()!.FromGpusFlag, Is.EqualTo(expected));

    [Test]
    public void The_user_outdoes_the_image_because_engines_append() =>
        Assert.That(Env("NVIDIA_VISIBLE_DEVICES=all", "NVIDIA_VISIBLE_DEVICES=1").Asked(), Is.EqualTo("nvidia index 1"));

    [Test]
    public void Swarms_variables_are_those_that_the_configuration_names()
    {
        var configuration = RuntimeConfiguration.Default with { SwarmResources = ["DOCKER_RESOURCE_GPU", "MY_*"] };
        var container = Env("DOCKER_RESOURCE_GPU=GPU-8f2c", "DOCKER_RESOURCE_FPGA=7", "MY_A=1");

        var resources = container.Request(configuration)!.SwarmResources;

        Assert.That(resources, Is.EqualTo((SwarmResource[])[new("DOCKER_RESOURCE_GPU", "GPU-8f2c", true), new("MY_A", "1", false)]));
    }

    [TestCase("CUDA_VERSION=8.0.61", "nvidia all")]
    [TestCase("CUDA_VERSION=", "nothing")]
    public void A_legacy_CUDA_image_asks_for_all_GPUs(string entry, string expected) => Assert.That(Env(entry).Asked(), Is.EqualTo(expected));

    [TestCase("NVIDIA_REQUIRE_CUDA=cuda>=9.0", "nothing")]
    [TestCase("NVIDIA_REQUIRE_CUDA=", "nvidia all")]
    [TestCase("NVIDIA_VISIBLE_DEVICES=", "nothing")]
    [TestCase("NVIDIA_VISIBLE_DEVICES=void", "nothing")]
    [TestCase("NVIDIA_VISIBLE_DEVICES=1", "nvidia index 1")]
    public void A_CUDA_image_that_says_more_is_read_by_what_it_says(string entry, string expected) =>
        Assert.That(Env("CUDA_VERSION=8.0.61", entry).Asked(), Is.EqualTo(expected));

    [TestCase("GPU_RUNTIME_GPUS=device=x", "GPU_RUNTIME_GPUS")]
    [TestCase("NVIDIA_VISIBLE_DEVICES=x", "NVIDIA_VISIBLE_DEVICES")]
    [TestCase("AMD_VISIBLE_DEVICES=x", "AMD_VISIBLE_DEVICES")]
    public void A_request_that_cannot_be_read_names_its_variable(string entry, string source) =>
        Assert.That(Refusal.Of(ErrorCode.RequestInvalid, () => Env(entry).Request()), Does.StartWith(source));

    [Test]
    public void A_variable_that_does_not_count_is_not_read() =>
        Assert.That(Env("NVIDIA_VISIBLE_DEVICES=x", "GPU_RUNTIME_GPUS=device=0").Asked(), Is.EqualTo("index 0"));
}
