namespace GpuRuntime.EndToEnd.Tests.Monitoring.Top;

/// <summary>The live view of `gpu-runtime top` in a terminal: what it shows, and what keys do.</summary>
public sealed class TopLiveRows : TopScreenFixture
{
    private const string Escape = "\e";

    [Test]
    public async Task GPUs_containers_and_processes_are_shown_as_the_host_s_files_tell_of_them()
    {
        var top = Show(Top(), columns: 200);

        var lines = await top.UntilAsync(static lines => lines.Any(static line => line.Contains(" trainer", StringComparison.Ordinal)), "the process is shown");

        Assert.That(lines[0], Does.Match(@"^gpu-runtime top  \d\d:\d\d:\d\d  3 GPUs  1 container  2 processes  no agent$"));
        Assert.That(GpusOf(lines), Is.EqualTo((string[])["amd:0", "amd:1", "intel:0"]));
        Assert.That(Row(lines, "› amd:0"), Does.Match(@"AMD INSTINCT MI210 .* 37% .* 3G/64G .* 144/300W +51°C +1700MHz +ok"));
        Assert.That(Row(lines, "  amd:1"), Does.Match(@"AMD INSTINCT MI210 .* 81% .* 48G/64G .* 251/300W +88°C +1900MHz +ok"));
        Assert.That(Row(lines, "  intel:0"), Does.Match(@"– .* –"));
        Assert.That(Row(lines, $"  {Container[..12]}"), Does.Match(@"docker +amd:1 .* 40G"));
        Assert.That(lines, Has.Some.Match($@"\b{Trainer} .*trainer").And.Some.Match($@"\b{Monitor} .*monitor"));
        Assert.That(lines[^1], Does.StartWith("q quit  s sort:gpu"));
        await QuitAsync(top);
    }

    [Test]
    public async Task Values_follow_the_host_s_files_while_one_looks()
    {
        var top = Show(Top(), columns: 200);
        await top.UntilAsync("^› amd:0 .* 37% .* 3G/64G");

        Tell(0, Idle with { Busy = 92, VramUsed = 60L << 30, Watts = 290 });

        await top.UntilAsync("^› amd:0 .* 92% .* 60G/64G .* 290/300W");
        await QuitAsync(top);
    }

    [Test]
    public async Task A_key_sorts_by_the_next_order_and_another_turns_it_round()
    {
        var top = Show(Top());
        await top.UntilAsync("^› amd:0");

        top.Press("s");
        var busiest = await top.UntilAsync("sort:util ");
        top.Press("r");
        var idlest = await top.UntilAsync("sort:util↑");

        Assert.That(GpusOf(busiest), Is.EqualTo((string[])["amd:1", "amd:0", "intel:0"]));
        Assert.That(GpusOf(idlest), Is.EqualTo((string[])["amd:0", "amd:1", "intel:0"]), "what is not known comes last whichever way round");
        await QuitAsync(top);
    }

    [Test]
    public async Task A_filter_leaves_what_has_its_text_and_Escape_shows_all_again()
    {
        var top = Show(Top("--sort", "memory"));
        await top.UntilAsync("trainer");

        top.Press("/mOnq\u007f");
        await top.UntilAsync("^filter: mOn▏");
        var typed = await top.UntilAsync(static lines => !lines.Any(static line => line.Contains("trainer", StringComparison.Ordinal)), "the other process is gone");
        top.Press("\r");
        await top.UntilAsync("filter:mOn  Tab");
        top.Press("/" + Escape);
        var all = await top.UntilAsync("trainer");

        Assert.That(typed, Has.Some.Contains("monitor"));
        Assert.That(GpusOf(typed), Is.EqualTo((string[])["amd:0"]), "the GPU that it uses");
        Assert.That(GpusOf(all), Is.EqualTo((string[])["amd:1", "amd:0", "intel:0"]));
        await QuitAsync(top);
    }

    [Test]
    public async Task Arrows_select_a_GPU_about_which_more_is_told()
    {
        var top = Show(Top());
        await top.UntilAsync(@"^  amd:0  AMD INSTINCT MI210  0000:27:00\.0");

        top.Press(Escape + "[B");

        await top.UntilAsync(@"^  amd:1  AMD INSTINCT MI210  0000:83:00\.0");
        top.Press("k");
        await top.UntilAsync("^› amd:0");
        await QuitAsync(top);
    }

    [Test]
    public async Task Pausing_keeps_what_is_shown_until_it_goes_on()
    {
        var top = Show(Top("--interval", "0.1"));
        await top.UntilAsync("^› amd:0 .* 37% ");
        top.Press("p");
        await top.UntilAsync(" paused ");

        Tell(0, Idle with { Busy = 64 });
        // By now a view that is not paused would show it.
        await using (var beside = ShownTop.Start(Top("--interval", "0.1"), NewPrefix()))
            await beside.UntilAsync("^› amd:0 .* 64% ");
        var paused = top.Lines;
        top.Press(" ");
        await top.UntilAsync("^› amd:0 .* 64% ");

        Assert.That(Row(paused, "› amd:0"), Does.Contain(" 37% "));
        await QuitAsync(top);
    }

    [Test]
    public async Task Help_tells_the_keys_and_Escape_leads_back()
    {
        var top = Show(Top());
        await top.UntilAsync("^› amd:0");

        top.Press("h");
        await top.UntilAsync("Sort by the next order");
        top.Press(Escape);

        await top.UntilAsync("^› amd:0");
        await QuitAsync(top);
    }

    [Test]
    public async Task Colours_are_left_out_where_nobody_wants_any([Values] bool areUnwanted)
    {
        var top = Show(Top().WithEnvironment("NO_COLOR", areUnwanted ? "1" : null));
        await top.UntilAsync("^› amd:0");

        Assert.That(top.See(static screen => screen.Colours) == 0, Is.EqualTo(areUnwanted));
        await QuitAsync(top);
    }

    private static string Row(string[] lines, string beginning) => lines.First(line => line.StartsWith(beginning, StringComparison.Ordinal));
}
