using System.Collections.Immutable;
using GpuRuntime.Agent.Top;
using GpuRuntime.Agent.Top.Characters;
using GpuRuntime.Agent.Top.View;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Linux.Tests.Top;

public sealed class TopViewTests
{
    private static readonly TopState Shown = new() { Sample = TopSamples.Host, Source = "agent 127.0.0.1:9400" };

    [Test]
    public void No_size_of_terminal_gets_more_or_longer_lines_than_it_has([Values(1, 2, 5, 20, 40, 79, 80, 132, 200, 400)] int width, [Values(1, 2, 3, 8, 12, 13, 24, 60)] int height)
    {
        foreach (var focus in Enum.GetValues<Pane>())
        {
            foreach (var showsHelp in (bool[])[false, true])
            {
                var lines = TopSamples.Draw(Shown with { Sample = Large, ShowsHelp = showsHelp, Focus = focus, Failure = "no answer" }, width, height);

                Assert.That(lines, Has.Length.LessThanOrEqualTo(height));
                Assert.That(lines.Max(TerminalText.Width), Is.LessThanOrEqualTo(width));
            }
        }
    }

    [Test]
    public void In_200_columns_there_are_lines_over_time_clocks_namespaces_and_whole_names()
    {
        var lines = TopSamples.Draw(Shown, width: 200, height: 50);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(lines[1], Does.Contain("CLOCK"));
            Assert.That(lines[2], Does.Contain("AMD Instinct MI210").And.Contain("1500MHz").And.Contain("▇").And.Contain("▅"));
            Assert.That(lines, Has.Some.Contains("NAMESPACE").And.Some.Contains("shop"));
        }
    }

    [Test]
    public void The_selected_row_is_in_sight_however_many_there_are()
    {
        foreach (var at in (int[])[0, 1, 250, 498, 499])
        {
            var lines = TopSamples.Draw(Shown with { Sample = Large, Focus = Pane.Processes, Selected = [0, 0, at] });
            Assert.That(lines.Single(line => line.StartsWith('›') && line.Contains("worker", StringComparison.Ordinal)), Does.Contain($" {at + 1000} "));
        }
    }

    [Test]
    public void What_is_wrong_with_the_selected_GPU_is_told_and_with_the_host()
    {
        var sick = TopSamples.Draw(Shown with { Selected = [1, 0, 0], Sample = TopSamples.Host with { Problems = ["The ledger cannot be read.", "Nor the kubelet."] } }, width: 120);
        var silent = TopSamples.Draw(Shown with { Failure = "The agent does not answer." });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(sick, Has.Some.Contains("XID 79 was seen"));
            Assert.That(sick[1], Does.StartWith("! The ledger cannot be read. (and 1 more)"));
            Assert.That(silent[1], Does.StartWith("! The agent does not answer."));
        }
    }

    [Test]
    public void The_last_line_says_what_keys_have_changed()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(TopSamples.Draw(Shown with { Order = TopOrder.Power, IsReversed = true, Filter = "train" })[^1], Does.Contain("sort:power↑").And.Contain("filter:train"));
            Assert.That(TopSamples.Draw(Shown with { IsTyping = true, Filter = "a[b" })[^1], Does.StartWith("filter: a[b▏"));
            Assert.That(TopSamples.Draw(Shown with { IsPaused = true })[0], Does.Contain(" paused "));
            Assert.That(TopSamples.Draw(Shown with { ShowsHelp = true }), Has.Some.Contains("Ctrl-C"));
        }
    }

    [Test]
    public void Before_the_first_sample_and_without_GPUs_it_says_so()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(TopSamples.Draw(new TopState { Source = "no agent" })[0], Does.Contain("reading").And.Contain("no agent"));
            Assert.That(TopSamples.Draw(new TopState { Sample = new HostSample(DateTimeOffset.UnixEpoch) })[1], Does.Contain("no GPU").And.Contain("gpu-runtime check"));
        }
    }

    [Test]
    public void Names_bring_no_escape_sequences_into_a_screen_with_colours()
    {
        using var drawing = new Drawing(hasStyles: true, hasColors: true);
        var lines = new TopView(drawing, new Trends()).Draw(Shown, 200, 50);

        var text = string.Join('\n', lines);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(text, Does.Contain("x?[2J[red]y[/]?g?z"));
            Assert.That(text, Does.Not.Contain("\e[2J").And.Not.Contain("\u202e"));
            Assert.That(text, Does.Contain("\e["));
        }
    }

    [Test]
    public void Without_colours_there_are_none_and_with_no_styles_no_escapes()
    {
        using var uncoloured = new Drawing(hasStyles: true, hasColors: false);
        var plain = string.Concat(TopSamples.Draw(Shown));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(string.Concat(new TopView(uncoloured, new Trends()).Draw(Shown, 80, 24)), Does.Not.Match("\e\\[[0-9;]*(3[0-9]|9[0-7]|4[0-8])[;m]"));
            Assert.That(plain, Does.Not.Contain("\e"));
        }
    }

    private static HostSample Large => TopSamples.Host with
    {
        Gpus = [.. Enumerable.Range(0, 16).Select(index => TopSamples.Host.Gpus[0] with { Gpu = TopSamples.Host.Gpus[0].Gpu with { Index = index } })],
        Processes = [.. Enumerable.Range(0, 500).Select(index => TopSamples.Host.Processes[0] with { Name = "worker", Process = new(1000 + index, 1) })],
        Containers = [.. Enumerable.Repeat(TopSamples.Host.Containers, 50).SelectMany(static use => use)],
        Problems = ImmutableArray<string>.Empty,
    };
}
