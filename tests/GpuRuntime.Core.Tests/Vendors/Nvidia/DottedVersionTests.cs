using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Vendors.Nvidia;

namespace GpuRuntime.Core.Tests.Vendors.Nvidia;

public sealed class DottedVersionTests
{
    [TestCase("12")]
    [TestCase("12.4")]
    [TestCase("550.163.01")]
    [TestCase("1.2.3.4")]
    [TestCase("999999")]
    public void A_version_reads_back_as_it_was_written(string text) => Assert.That(DottedVersion.Parse(text)?.ToString(), Is.EqualTo(text));

    [TestCase(null)]
    [TestCase("")]
    [TestCase(".")]
    [TestCase("12.")]
    [TestCase(".4")]
    [TestCase("1..2")]
    [TestCase("1.2.3.4.5")]
    [TestCase("1234567")]
    [TestCase("-1")]
    [TestCase("+1")]
    [TestCase("1 2")]
    [TestCase(" 12.4")]
    [TestCase("12.4 ")]
    [TestCase("12.x")]
    [TestCase("0x1")]
    [TestCase("\u0661")]
    public void What_is_no_version_is_none(string? text) => Assert.That(DottedVersion.Parse(text), Is.Null);

    [TestCase("12.4", "12.4", 0)]
    [TestCase("12.4", "12.4.0", 0)]
    [TestCase("12", "12.0.0", 0)]
    [TestCase("550.163.01", "550.163.1", 0)]
    [TestCase("12.4", "12.10", -1)]
    [TestCase("550.54.14", "550.163.01", -1)]
    [TestCase("9.2", "11.0", -1)]
    [TestCase("13", "12.9", 1)]
    [TestCase("12.4.1", "12.4", 1)]
    public void Components_compare_as_numbers_and_missing_ones_are_0(string left, string right, int expected)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Math.Sign(Version(left).CompareTo(Version(right))), Is.EqualTo(expected));
            Assert.That(Math.Sign(Version(right).CompareTo(Version(left))), Is.EqualTo(-expected));
        }
    }

    [Test]
    public void No_text_throws() => Prop.ForAll(ArbMap.Default.ArbFor<string>(), text => DottedVersion.Parse(text) is null or { Major: >= 0 }).QuickCheckThrowOnFailure();

    private static DottedVersion Version(string text) => DottedVersion.Parse(text)!;
}
