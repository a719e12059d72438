using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Requests;
using static GpuRuntime.Core.Tests.Requests.ContainerBuilder;

namespace GpuRuntime.Core.Tests.Requests;

/// <summary>Limits: whoever starts the container sets them, and the environment can only lower them.</summary>
public sealed class LimitRequestTests
{
    private const long Gigabyte = 1_000_000_000;

    [Test]
    public void An_annotation_limits_what_a_variable_asks_for()
    {
        var request = Env("NVIDIA_VISIBLE_DEVICES=0")
            .Annotated(RequestReader.MemoryAnnotation, "4GB").Annotated(RequestReader.ComputeAnnotation, "50%").Annotated(RequestReader.ModeAnnotation, "exclusive")
            .Request()!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(request.MemoryLimitBytes, Is.EqualTo(4 * Gigabyte));
            Assert.That(request.ComputePercent, Is.EqualTo(50));
            Assert.That(request.Mode, Is.EqualTo(SharingMode.Exclusive));
        }
    }

    [TestCase("2GB", 2 * Gigabyte)]
    [TestCase("8GB", 4 * Gigabyte)]
    public void A_variable_lowers_an_annotations_memory_and_never_raises_it(string own, long expected) =>
        Assert.That(Env($"GPU_RUNTIME_GPUS=all,memory={own}").Annotated(RequestReader.MemoryAnnotation, "4GB").Request()!.MemoryLimitBytes, Is.EqualTo(expected));

    [TestCase("2GB", 2 * Gigabyte)]
    [TestCase("8GB", 4 * Gigabyte)]
    public void That_holds_too_where_an_annotation_names_the_GPUs(string own, long expected)
    {
        var container = Env($"GPU_RUNTIME_GPUS=all,memory={own}").Annotated(RequestReader.GpusAnnotation, "device=0").Annotated(RequestReader.MemoryAnnotation, "4GB");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(container.Asked(), Is.EqualTo("index 0"));
            Assert.That(container.Request()!.MemoryLimitBytes, Is.EqualTo(expected));
        }
    }

    [TestCase("25%", 25)]
    [TestCase("75%", 50)]
    public void A_variable_lowers_an_annotations_compute_share_and_never_raises_it(string own, int expected) =>
        Assert.That(Env($"GPU_RUNTIME_GPUS=all,compute={own}").Annotated(RequestReader.ComputeAnnotation, "50%").Request()!.ComputePercent, Is.EqualTo(expected));

    [Test]
    public void The_annotations_mode_is_the_last_word() =>
        Assert.That(Env("GPU_RUNTIME_GPUS=all,mode=shared").Annotated(RequestReader.ModeAnnotation, "exclusive").Request()!.Mode, Is.EqualTo(SharingMode.Exclusive));

    [Test]
    public void Both_annotations_of_memory_may_be_given_and_the_lower_counts() =>
        Assert.That(
            Env().Annotated(RequestReader.GpusAnnotation, "all,memory=2GB").Annotated(RequestReader.MemoryAnnotation, "4GB").Request()!.MemoryLimitBytes,
            Is.EqualTo(2 * Gigabyte));

    [Test]
    public void Limits_alone_ask_for_no_GPU() => Assert.That(Env().Annotated(RequestReader.MemoryAnnotation, "4GB").Request(), Is.Null);

    [TestCase("1", 1L << 20)]
    [TestCase("2048", 2L << 30)]
    public void NVIDIAs_own_limit_is_in_MiB(string value, long expected) =>
        Assert.That(Env("NVIDIA_VISIBLE_DEVICES=0", $"NVIDIA_GPU_MEMORY_LIMIT={value}").Request()!.MemoryLimitBytes, Is.EqualTo(expected));

    [TestCase("1024", 1L << 30)]
    [TestCase("8192", 4 * Gigabyte)]
    public void NVIDIAs_own_limit_lowers_an_annotations_and_never_raises_it(string value, long expected) =>
        Assert.That(
            Env("NVIDIA_VISIBLE_DEVICES=0", $"NVIDIA_GPU_MEMORY_LIMIT={value}").Annotated(RequestReader.MemoryAnnotation, "4GB").Request()!.MemoryLimitBytes,
            Is.EqualTo(expected));

    [TestCase("0")]
    [TestCase("-1")]
    [TestCase("2GB")]
    [TestCase("99999999999999999999")]
    [TestCase("1\n2")]
    public void NVIDIAs_own_limit_must_be_a_number(string value) =>
        Assert.That(
            Refusal.Of(ErrorCode.RequestInvalid, () => Env("NVIDIA_VISIBLE_DEVICES=0", $"NVIDIA_GPU_MEMORY_LIMIT={value}").Request()),
            Does.Contain("NVIDIA_GPU_MEMORY_LIMIT").And.Contain("MiB"));

    [Test]
    public void NVIDIAs_own_limit_empty_is_none() => Assert.That(Env("NVIDIA_VISIBLE_DEVICES=0", "NVIDIA_GPU_MEMORY_LIMIT=").Request()!.MemoryLimitBytes, Is.Null);

    [TestCase(RequestReader.MemoryAnnotation, "lots", "2GB or 2GiB")]
    [TestCase(RequestReader.ComputeAnnotation, "0%", "1% to 100%")]
    [TestCase(RequestReader.ModeAnnotation, "mine", "shared or exclusive")]
    public void A_limit_that_cannot_be_read_names_its_annotation_and_the_cure(string annotation, string value, string cure) =>
        Assert.That(
            Refusal.Of(ErrorCode.RequestInvalid, () => Env("NVIDIA_VISIBLE_DEVICES=0").Annotated(annotation, value).Request()),
            Does.Contain(annotation).And.Contain(value).And.Contain(cure));

    [TestCase("", "gives no value for \"memory\"")]
    [TestCase("-2GB", "has \"-2GB\" as an amount of memory, which is negative; write 2GB, 2GiB or 2g")]
    [TestCase("9999999TiB", "has \"9999999TiB\" as an amount of memory, which is more than any memory has; write 2GB, 2GiB or 2g")]
    [TestCase("2XB", "has \"2XB\" as an amount of memory, which has the unknown unit \"XB\"; write 2GB, 2GiB or 2g")]
    [TestCase("1.5", "has \"1.5\" as an amount of memory, which is not a whole number of bytes; write 2GB, 2GiB or 2g")]
    public void A_variables_memory_that_is_no_amount_is_refused_with_one_sentence(string amount, string problem)
    {
        var request = $"all,memory={amount}";

        Assert.That(Refusal.Of(ErrorCode.RequestInvalid, () => Env($"GPU_RUNTIME_GPUS={request}").Request()), Is.EqualTo($"GPU_RUNTIME_GPUS: the GPU request \"{request}\" {problem}."));
    }

    [TestCase("", "it is empty")]
    [TestCase("-2GB", "it is negative")]
    [TestCase("9999999TiB", "it is more than any memory has")]
    [TestCase("2XB", "it has the unknown unit \"XB\"")]
    [TestCase("1.5", "it is not a whole number of bytes")]
    public void An_annotations_memory_that_is_no_amount_is_refused_with_one_sentence(string amount, string problem) => Assert.That(
        Refusal.Of(ErrorCode.RequestInvalid, () => Env("NVIDIA_VISIBLE_DEVICES=0").Annotated(RequestReader.MemoryAnnotation, amount).Request()),
        Is.EqualTo($"annotation gpu-runtime.io/memory: \"{amount}\" is not an amount of memory such as 2GB or 2GiB: {problem}."));

    [Test]
    public void An_environment_that_does_not_count_cannot_limit_either()
    {
        var configuration = RuntimeConfiguration.Default with { AcceptEnvUnprivileged = false };
        var container = Env("GPU_RUNTIME_GPUS=all,memory=1GB", "NVIDIA_GPU_MEMORY_LIMIT=1").Annotated(RequestReader.GpusAnnotation, "all,memory=4GB");

        Assert.That(container.Request(configuration)!.MemoryLimitBytes, Is.EqualTo(4 * Gigabyte));
    }
}
