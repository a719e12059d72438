using System.Text;
using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Vendors.Nvidia;

namespace GpuRuntime.Core.Tests.Vendors.Nvidia;

/// <summary>When an image's own, newer CUDA libraries go in front of a host driver 550.163.01.</summary>
public sealed class ForwardCompatibilityRuleTests
{
    private static readonly ForwardCompatibility Host = new("/usr/local/cuda/compat", Version("550.163.01"), Version("12.4"));

    [TestCase("560.28.03", true)]
    [TestCase("551.01", true)]
    [TestCase("550.200.01", false)]
    [TestCase("550.163.01", false)]
    [TestCase("535.54.03", false)]
    public void Without_a_note_the_newer_branch_is_preferred(string image, bool preferred) => Assert.That(ForwardCompatibilityRule.Prefers(Host, Version(image), null), Is.EqualTo(preferred));

    [TestCase("560.28.03", "{\"Format\":1,\"CUDA Version\":\"12.6\",\"Driver\":[535,550],\"Device\":[]}", true)]
    [TestCase("560.28.03", "{\"Driver\":[\"550\"]}", true)]
    [TestCase("560.28.03", "{\"Driver\":[535]}", false)]
    [TestCase("560.28.03", "{\"Driver\":[]}", false)]
    [TestCase("560.28.03", "{}", false)]
    [TestCase("550.200.01", "{\"Driver\":[550]}", true)]
    [TestCase("550.163.01", "{\"Driver\":[550]}", false)]
    [TestCase("535.54.03", "{\"Driver\":[550]}", false)]
    public void A_note_says_with_which_drivers_it_works(string image, string note, bool preferred) =>
        Assert.That(ForwardCompatibilityRule.Prefers(Host, Version(image), Encoding.UTF8.GetBytes(note)), Is.EqualTo(preferred));

    [TestCase("")]
    [TestCase("not JSON")]
    [TestCase("[550]")]
    [TestCase("550")]
    [TestCase("{\"Driver\":550}")]
    [TestCase("{\"Driver\":{\"550\":true}}")]
    [TestCase("{\"Driver\":[null,true,[550],550.5,1e99,\"x\"]}")]
    [TestCase("{\"Driver\":[[[[[[[[[[550]]]]]]]]]]}")]
    [TestCase("{\"Driver\":[550]")]
    public void A_note_that_says_nothing_readable_prefers_nothing(string note) =>
        Assert.That(ForwardCompatibilityRule.Prefers(Host, Version("999.1"), Encoding.UTF8.GetBytes(note)), Is.False);

    [Test]
    public void No_note_throws()
    {
        string[] parts = ["{", "}", "[", "]", ",", ":", "\"Driver\"", "550", "\"550\"", "\"\\ud800\"", "null", "\0"];
        var notes = Gen.OneOf(Gen.Elements(parts).ArrayOf().Select(texts => Encoding.UTF8.GetBytes(string.Concat(texts))), ArbMap.Default.GeneratorFor<byte[]>());

        Prop.ForAll(notes.ToArbitrary(), note => { _ = ForwardCompatibilityRule.Prefers(Host, Version("999.1"), note); }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    private static DottedVersion Version(string text) => DottedVersion.Parse(text)!;
}
