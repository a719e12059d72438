using GpuRuntime.Agent.Top;
using GpuRuntime.Agent.Top.Input;
using GpuRuntime.Agent.Top.View;

namespace GpuRuntime.Linux.Tests.Top;

public sealed class TopStateTests
{
    private static readonly TopState Shown = new() { Sample = TopSamples.Host };

    [TestCase("q")]
    [TestCase("Q")]
    [TestCase("\e")]
    [TestCase("/train\rq")]
    [TestCase("/\e\e")]
    [TestCase("h\e\e")]
    public void It_ends(string keys) => Assert.That(Press(keys).IsOver);

    [TestCase("/q")]
    [TestCase("/\e")]
    [TestCase("h\e")]
    [TestCase("xyz")]
    public void It_does_not_end(string keys) => Assert.That(Press(keys).IsOver, Is.False);

    [Test]
    public void S_goes_through_the_orders_and_r_turns_them_round()
    {
        Assert.That(Enumerable.Range(0, 7).Select(count => Press(new string('s', count)).Order), Is.EqualTo((TopOrder[])
            [TopOrder.Gpu, TopOrder.Utilization, TopOrder.Memory, TopOrder.Power, TopOrder.Container, TopOrder.Pid, TopOrder.Gpu]));
        Assert.That((Press("r").IsReversed, Press("rr").IsReversed), Is.EqualTo((true, false)));
    }

    [Test]
    public void A_filter_is_typed_mended_kept_and_dropped()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Press("/ab\u007fc"), Has.Property(nameof(TopState.Filter)).EqualTo("ac").And.Property(nameof(TopState.IsTyping)).True);
            Assert.That(Press("/sq\r"), Has.Property(nameof(TopState.Filter)).EqualTo("sq").And.Property(nameof(TopState.IsTyping)).False);
            Assert.That(Press("/sq\r/\e").Filter, Is.Empty);
            Assert.That(Press("/" + new string('x', 500)).Filter, Has.Length.EqualTo(64));
        }
    }

    [TestCase("", Pane.Gpus)]
    [TestCase("\t", Pane.Containers)]
    [TestCase("\t\t\t", Pane.Gpus)]
    [TestCase("3", Pane.Processes)]
    [TestCase("321", Pane.Gpus)]
    public void Panes_are_gone_through_or_named(string keys, object pane) => Assert.That(Press(keys).Focus, Is.EqualTo(pane));

    [TestCase("", 0)]
    [TestCase("k", 0)]
    [TestCase("jj", 2)]
    [TestCase("jjjjjjk", 1)]
    [TestCase("G", 2)]
    [TestCase("Gg", 0)]
    public void The_selection_stays_within_the_rows(string keys, int selected) => Assert.That(Press(keys).Selected[(int)Pane.Gpus], Is.EqualTo(selected));

    [Test]
    public void A_selection_behind_the_last_row_moves_from_the_last_row() => Assert.That(Press("3Gk/xorg\rk").Selected[(int)Pane.Processes], Is.Zero);

    [Test]
    public void While_paused_what_is_shown_stays()
    {
        var paused = Press("p");
        var next = TopSamples.Host with { Gpus = [] };

        using (Assert.EnterMultipleScope())
        {
            Assert.That(paused.With(next, null).Sample, Is.SameAs(TopSamples.Host));
            Assert.That(Press("pp").With(next, null).Sample, Is.SameAs(next));
        }
    }

    [Test]
    public void A_failure_leaves_the_last_sample_and_says_why_until_the_next_one()
    {
        var failed = Shown.With(null, "it does not answer");

        using (Assert.EnterMultipleScope())
        {
            Assert.That((failed.Sample, failed.Failure), Is.EqualTo((TopSamples.Host, "it does not answer")));
            Assert.That(failed.With(TopSamples.Host, null).Failure, Is.Null);
        }
    }

    private static TopState Press(string keys) => keys.Aggregate(Shown, (state, character) => state.Press(character switch
    {
        '\e' => new Key(KeyKind.Escape),
        '\t' => new Key(KeyKind.Tab),
        '\r' => new Key(KeyKind.Enter),
        '\u007f' => new Key(KeyKind.Backspace),
        _ => new Key(KeyKind.Character, character),
    }));
}
