using GpuRuntime.Agent.Top.Characters;

namespace GpuRuntime.Linux.Tests.Top;

public sealed class TerminalTextTests
{
    [TestCase("python3", "python3")]
    [TestCase("Zürich 日本", "Zürich 日本")]
    [TestCase("a\e[2Jb", "a?[2Jb")]
    [TestCase("a\nb\tc\u0007", "a?b?c?")]
    [TestCase("evil\u202egnp", "evil?gnp")]
    [TestCase("a\u2066b\u2069c\u200fd", "a?b?c?d")]
    [TestCase("zero\u200bwidth\ufeff", "zero?width?")]
    [TestCase("c1\u009b31m", "c1?31m")]
    [TestCase("stack\u0301\u0301", "stack??")]
    [TestCase("\u2028\u2029", "??")]
    public void Nothing_moves_the_cursor_turns_the_direction_or_takes_no_room(string text, string shown) => Assert.That(TerminalText.Of(text), Is.EqualTo(shown));

    [Test]
    public void Half_a_character_is_shown_as_a_replacement() => Assert.That(TerminalText.Of("a\ud800b"), Is.EqualTo("a\ufffdb"));

    [Test]
    public void An_endless_name_ends() => Assert.That(TerminalText.Of(new string('x', 100_000)), Has.Length.EqualTo(256));

    [TestCase("train", 5, "train")]
    [TestCase("training", 5, "trai…")]
    [TestCase("日本語", 6, "日本語")]
    [TestCase("日本語", 5, "日本…")]
    [TestCase("日本語", 4, "日…")]
    [TestCase("x", 0, "")]
    public void What_is_too_wide_is_cut_by_columns(string text, int width, string shown)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(TerminalText.Fit(text, width), Is.EqualTo(shown));
            Assert.That(TerminalText.Width(TerminalText.Fit(text, width)), Is.LessThanOrEqualTo(width));
        }
    }
}
