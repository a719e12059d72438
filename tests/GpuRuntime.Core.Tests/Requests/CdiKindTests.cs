using System.Collections.Immutable;
using GpuRuntime.Core.Cdi;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Tests.Requests;

/// <summary>Which CDI devices an environment, which an image may have set, can ask for.</summary>
public sealed class CdiKindTests
{
    [TestCase("*/gpu", "vendor.com/gpu=0", true)]
    [TestCase("*/gpu", "vendor.com/gpus=0", false)]
    [TestCase("vendor.com/*", "vendor.com/net=eth0", true)]
    [TestCase("vendor.com/*", "other.com/net=eth0", false)]
    [TestCase("vendor.com/net", "vendor.com/net=eth0", true)]
    [TestCase("*/*", "vendor.com/net=eth0", true)]
    [TestCase("*", "vendor.com/net=eth0", false)]
    [TestCase("", "vendor.com/net=eth0", false)]
    public void A_pattern_covers_the_kinds_that_it_names(string pattern, string device, bool covers) =>
        Assert.That(CdiName.Parse(device).IsOfKind(pattern), Is.EqualTo(covers));

    [TestCase("NVIDIA_VISIBLE_DEVICES")]
    [TestCase("AMD_VISIBLE_DEVICES")]
    [TestCase("GPU_RUNTIME_GPUS")]
    public void Whichever_variable_asks(string variable)
    {
        var facts = new ContainerFacts { Environment = new ContainerEnvironment([$"{variable}=vendor.com/disk=root"]) };

        var refusal = Assert.Throws<GpuRuntimeException>(() => RequestReader.Read(facts, RuntimeConfiguration.Default, out _))!;

        Assert.That(refusal.Code, Is.EqualTo(ErrorCode.CdiKindNotAccepted));
        Assert.That(refusal.Message, Does.Contain(variable).And.Contain("vendor.com/disk=root").And.Contain("*/gpu"));
    }

    [Test]
    public void An_annotation_asks_for_every_kind()
    {
        var facts = new ContainerFacts { Environment = ContainerEnvironment.Empty, Annotations = ImmutableDictionary<string, string>.Empty.Add(RequestReader.GpusAnnotation, "vendor.com/disk=root") };

        Assert.That(RequestReader.Read(facts, RuntimeConfiguration.Default, out _)!.CdiDevices.Single().ToString(), Is.EqualTo("vendor.com/disk=root"));
    }

    [Test]
    public void A_list_of_none_lets_an_environment_ask_for_no_CDI_device()
    {
        var facts = new ContainerFacts { Environment = new ContainerEnvironment(["NVIDIA_VISIBLE_DEVICES=nvidia.com/gpu=0"]) };

        var refusal = Assert.Throws<GpuRuntimeException>(() => RequestReader.Read(facts, new RuntimeConfiguration { CdiEnvironmentKinds = [] }, out _))!;

        Assert.That(refusal.Message, Does.Contain("no CDI device"));
    }
}
