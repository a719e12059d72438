namespace GpuRuntime.EndToEnd.Tests.Monitoring.Top;

/// <summary>The terminal that the live view is in: of any size, and as it was when the view has gone.</summary>
public sealed class TopTerminalRows : TopScreenFixture
{
    [TestCase("q", TestName = "{m}_by_q")]
    [TestCase("\e", TestName = "{m}_by_Escape")]
    [TestCase("\u0003", TestName = "{m}_by_Ctrl_C")]
    public async Task A_key_ends_it_and_leaves_the_terminal_as_it_was(string key)
    {
        var top = await ShownAsync();

        top.Press(key);

        await AssertLeftAsync(top);
    }

    [TestCase("TERM")]
    [TestCase("INT")]
    [TestCase("HUP")]
    [TestCase("QUIT")]
    public async Task A_signal_ends_it_and_leaves_the_terminal_as_it_was(string signal)
    {
        var top = await ShownAsync();

        await top.SignalAsync(signal);

        await AssertLeftAsync(top);
    }

    [Test]
    public async Task It_ends_when_its_terminal_is_gone()
    {
        var top = await ShownAsync();

        top.HangUp();

        // The signal, or a screen that it cannot draw any more, whichever it meets first; and no crash.
        Assert.That(await top.EndAsync(), Is.Zero.Or.EqualTo(1));
    }

    [Test]
    public async Task Ctrl_Z_gives_the_terminal_back_until_it_goes_on()
    {
        var top = await ShownAsync();

        top.Press("\u001a");
        Assert.That(() => State(top), Is.EqualTo('T').After(30_000, 20));
        AssertAsBefore(top);
        await top.SignalAsync("CONT");

        await top.UntilAsync("^› amd:0");
        Assert.That(top.Settings, Is.Not.EqualTo(top.SettingsBefore));
        await QuitAsync(top);
        AssertAsBefore(top);
    }

    [Test]
    public async Task Another_size_is_drawn_anew()
    {
        var top = await ShownAsync();

        top.Resize(60, 20);
        var small = await top.UntilAsync("^› amd:0");
        top.Resize(200, 50);
        var large = await top.UntilAsync("^› amd:0 .* 144/300W");

        Assert.That(small[^1], Does.StartWith("q quit"));
        Assert.That(small.Max(static line => line.Length), Is.LessThanOrEqualTo(60));
        Assert.That(large[^1], Does.StartWith("q quit"));
        Assert.That(large[20..^1], Has.None.StartsWith("q quit"), "nothing of the smaller screen is left");
        await QuitAsync(top);
    }

    [TestCase(80, 24, "^› amd:0 .*37%.*3G/64G")]
    [TestCase(40, 10, "^› amd:0 .*37%")]
    [TestCase(20, 5, "^› amd:0")]
    [TestCase(10, 3, "^  GPU")]
    [TestCase(1, 1, "^[q…]$")]
    [TestCase(500, 100, "^› amd:0 .*144/300W")]
    public async Task Any_size_is_enough(int columns, int rows, string line)
    {
        var top = Show(Top("--interval", "0.1"), columns, rows);
        await top.UntilAsync(line);

        foreach (var key in (string[])["\t", "2", "3", "1", "s", "h", "h", "/x\r"])
            top.Press(key);

        await QuitAsync(top);
    }

    [Test]
    public async Task A_terminal_that_can_do_nothing_gets_tables_once()
    {
        var top = Show(Command.Of("/usr/bin/env", ["TERM=dumb", Programs.GpuRuntime, "top"]).WithEnvironment(Machine.Environment));

        Assert.That(await top.EndAsync(), Is.Zero);

        var lines = await top.UntilAsync("amd:1 .*81%");
        Assert.That(lines[0], Is.EqualTo(ShownTop.Before));
        Assert.That((top.See(static screen => screen.Faults), top.See(static screen => screen.Colours)), Is.EqualTo((Array.Empty<string>(), 0)));
        AssertAsBefore(top, isSame: false);
    }

    private async Task<ShownTop> ShownAsync()
    {
        var top = Show(Top());
        await top.UntilAsync("^› amd:0");
        Assert.That(top.See(static screen => (screen.IsSecond, screen.IsCursorShown, screen.Wraps)), Is.EqualTo((true, false, false)));
        Assert.That(top.Settings, Is.Not.EqualTo(top.SettingsBefore));
        return top;
    }

    private static async Task AssertLeftAsync(ShownTop top)
    {
        Assert.That(await top.EndAsync(), Is.Zero);
        AssertAsBefore(top);
        Assert.That(top.See(static screen => screen.Faults), Is.Empty);
    }

    private static void AssertAsBefore(ShownTop top, bool isSame = true)
    {
        Assert.That(() => top.See(static screen => (screen.IsSecond, screen.IsCursorShown, screen.Wraps, screen.AreArrowsOthers, screen.IsKeypadOther)), Is.EqualTo((false, true, true, false, false)).After(10_000, 20));
        Assert.That(top.Settings, Is.EqualTo(top.SettingsBefore));
        if (isSame)
            Assert.That(top.Lines.Where(static line => line.Length > 0), Is.EqualTo((string[])[ShownTop.Before]));
    }

    private static char State(ShownTop top) => ProcessStatus.Field(top.Id, ProcessStatus.State)[0];
}
