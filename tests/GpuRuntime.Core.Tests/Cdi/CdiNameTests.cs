using GpuRuntime.Core.Cdi;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Tests.Cdi;

public sealed class CdiNameTests
{
    [TestCase("nvidia.com/gpu=0", "nvidia.com", "gpu", "0")]
    [TestCase("nvidia.com/gpu=0:1", "nvidia.com", "gpu", "0:1")]
    [TestCase("nvidia.com/gpu=GPU-8f2c9a", "nvidia.com", "gpu", "GPU-8f2c9a")]
    [TestCase("a/b=c", "a", "b", "c")]
    [TestCase("v_1-x.y/c.l-a_s9=0000:3b:00.0", "v_1-x.y", "c.l-a_s9", "0000:3b:00.0")]
    public void A_qualified_name_is_vendor_class_and_device(string text, string vendor, string deviceClass, string device)
    {
        Assert.That(CdiName.Parse(text), Is.EqualTo(new CdiName(vendor, deviceClass, device)));
        Assert.That(CdiName.Parse(text).ToString(), Is.EqualTo(text));
        Assert.That(CdiName.IsQualified(text));
    }

    [TestCase("")]
    [TestCase("0")]
    [TestCase("all")]
    [TestCase("device=0")]
    [TestCase("nvidia.com/gpu")]
    [TestCase("nvidia.com/gpu=")]
    [TestCase("/gpu=0")]
    [TestCase("nvidia.com/=0")]
    [TestCase("nvidia.com=0/gpu")]
    [TestCase("/dev/dri/card0=x")]
    [TestCase("0vendor/gpu=0")]
    [TestCase("vendor-/gpu=0")]
    [TestCase("vendor/0gpu=0")]
    [TestCase("vendor/gpu_=0")]
    [TestCase("vendor/gpu/x=0")]
    [TestCase("vendor/gpu=-0")]
    [TestCase("vendor/gpu=0-")]
    [TestCase("vendor/gpu=a=b")]
    [TestCase("vendor/gpu=../x")]
    [TestCase("vendor/gpu=\u0661")]
    [TestCase("vendör/gpu=0")]
    [TestCase("vendor/gpu=0\n")]
    [TestCase("vendor/gpu=0,vendor/gpu=1")]
    public void Anything_else_is_none(string text)
    {
        Assert.That(CdiName.IsQualified(text), Is.False);
        Assert.That(Refusal.Of(ErrorCode.RequestInvalid, () => CdiName.Parse(text)), Does.Contain("is not the qualified name of a CDI device"));
    }

    [Test]
    public void A_class_has_at_most_63_characters_and_a_vendor_253()
    {
        Assert.That(CdiName.IsQualified($"{new string('v', 253)}/{new string('c', 63)}=0"));
        Assert.That(CdiName.IsQualified($"vendor/{new string('c', 64)}=0"), Is.False);
        Assert.That(CdiName.IsQualified($"{new string('v', 254)}/gpu=0"), Is.False);
    }
}
