using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Vendors.Nvidia;

namespace GpuRuntime.Core.Tests.Vendors.Nvidia;

/// <summary>What a MIG profile's name says of the share of its GPU's compute.</summary>
public sealed class MigProfileTests
{
    private const string H100 = "NVIDIA H100 80GB HBM3";

    [TestCase("1g.10gb", H100, 14)]
    [TestCase("1g.10gb+me", H100, 14)]
    [TestCase("1g.20gb", H100, 14)]
    [TestCase("2g.20gb", H100, 28)]
    [TestCase("3g.40gb", H100, 42)]
    [TestCase("4g.40gb", H100, 57)]
    [TestCase("7g.80gb", H100, 100)]
    [TestCase("1c.3g.40gb", H100, 14, Description = "one slice of three of the instance")]
    [TestCase("2c.7g.80gb", H100, 28)]
    [TestCase("1g.6gb", "NVIDIA A30", 25)]
    [TestCase("2g.12gb+me", "NVIDIA A30", 50)]
    [TestCase("4g.24gb", "NVIDIA A30", 100)]
    [TestCase("2g.48gb", "NVIDIA RTX PRO 6000 Blackwell Server Edition", 50)]
    [TestCase("1g.5gb", "NVIDIA A100-SXM4-40GB", 14)]
    public void It_is_rounded_down(string profile, string gpu, int percent) => Assert.That(MigProfile.ComputePercent(profile, gpu), Is.EqualTo(percent));

    [TestCase(null, H100)]
    [TestCase("", H100)]
    [TestCase("-", H100)]
    [TestCase("1g", H100)]
    [TestCase("0g.10gb", H100)]
    [TestCase("8g.80gb", H100)]
    [TestCase("5g.24gb", "NVIDIA A30")]
    [TestCase("4c.1g.10gb", H100)]
    [TestCase("-1g.10gb", H100)]
    [TestCase("99999999999g.10gb", H100)]
    [TestCase("g.10gb", H100)]
    [TestCase("1g.10gb", null)]
    [TestCase("1g.24gb", "NVIDIA RTX PRO 5000 Blackwell", Description = "divided in another way")]
    public void What_does_not_tell_is_unknown(string? profile, string? gpu) => Assert.That(MigProfile.ComputePercent(profile, gpu), Is.Null);

    [Test]
    public void No_text_fails()
    {
        var texts = Gen.Elements("1", "7", "2147483647", "g", "c", "gb", ".", "+me", "-", "\0", "é").ArrayOf().Select(string.Concat);

        Prop.ForAll(texts.ToArbitrary(), text => MigProfile.ComputePercent(text, H100) is null or (>= 1 and <= 100)).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }
}
