using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Tests.Errors;

/// <summary>Text from images, files and command lines, made safe to print.</summary>
public sealed class PrintableTextTests
{
    [TestCase("plain text", "plain text")]
    [TestCase("Grüße 日本語", "Grüße 日本語")]
    [TestCase("\u001b[31mred\u001b[0m", "?[31mred?[0m")]
    [TestCase("two\nlines\r\n", "two?lines??")]
    [TestCase("tab\there", "tab?here")]
    [TestCase("\0nul", "?nul")]
    [TestCase("\u007fdelete", "?delete")]
    [TestCase("\u009b31mred", "?31mred")]
    [TestCase("", "")]
    public void Control_characters_become_question_marks(string text, string expected) => Assert.That(PrintableText.Of(text), Is.EqualTo(expected));

    [Test]
    public void A_quote_stands_in_double_quotes() => Assert.That(PrintableText.Quote("GPU-x\n"), Is.EqualTo("\"GPU-x?\""));

    [Test]
    public void A_long_quote_is_cut_and_its_length_told()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(PrintableText.Quote(new string('x', 120)), Is.EqualTo($"\"{new string('x', 120)}\""));
            Assert.That(PrintableText.Quote(new string('x', 1 << 20)), Is.EqualTo($"\"{new string('x', 120)}...\" (1048576 characters)"));
        }
    }

    [Test]
    public void Nothing_printable_is_lost_and_nothing_unprintable_kept() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string>(), text =>
        {
            var given = text ?? "";
            var printable = PrintableText.Of(given);
            return printable.Length == given.Length && !printable.Any(char.IsControl) && printable.Zip(given).All(pair => pair.First == pair.Second || char.IsControl(pair.Second));
        }).QuickCheckThrowOnFailure();
}
