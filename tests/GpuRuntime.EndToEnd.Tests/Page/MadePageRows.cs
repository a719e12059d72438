using Microsoft.Playwright;

namespace GpuRuntime.EndToEnd.Tests.Page;

/// <summary>The page's files with made answers: a large host, hostile names, small screens.</summary>
public sealed class MadePageRows : PageFixture
{
    [TestCase(1400, ColorScheme.Light)]
    [TestCase(1400, ColorScheme.Dark)]
    [TestCase(360, ColorScheme.Light)]
    public async Task Sixteen_GPUs_and_500_containers_of_a_made_agent_have_room(int width, ColorScheme scheme)
    {
        using var agent = new MadeAgent(16, 500);
        await OpenAsync(agent.Address, width, 900, scheme);
        await Page.WaitForSelectorAsync("#containers tbody tr");

        Assert.That(await TextsAsync("article.gpu"), Has.Length.EqualTo(16));
        Assert.That(await TextsAsync("#containers tbody tr"), Has.Length.EqualTo(50));
        Assert.That(await ScrollsSidewaysAsync(), Is.False);
        await PictureAsync($"large-{width}-{scheme}".ToLowerInvariant());
        await Page.ClickAsync("#more");
        Assert.That(await TextsAsync("#containers tbody tr"), Has.Length.EqualTo(500));
        Assert.That(Complaints, Is.Empty);
    }

    [Test]
    public async Task Light_and_dark_follow_the_system_and_the_switch()
    {
        using var agent = new MadeAgent(1, 0);
        await OpenAsync(agent.Address, scheme: ColorScheme.Dark);
        var dark = await BackgroundAsync();

        await Page.ClickAsync("#theme");
        var light = await BackgroundAsync();
        await Page.ReloadAsync();

        Assert.That(light, Is.Not.EqualTo(dark));
        Assert.That(await BackgroundAsync(), Is.EqualTo(light), "the choice is kept");
    }

    [Test]
    public async Task Names_from_a_made_agent_are_text_whatever_they_are()
    {
        using var agent = new MadeAgent(2, 2);
        const string markup = "<img src=x onerror=\"document.title='ran'\"><script>document.title='ran'</script>";
        agent.Sample["containers"]![0]!["name"] = markup;
        agent.Sample["containers"]![1]!["name"] = "a\u0007b\u202ec";
        agent.Sample["gpus"]![0]!["name"] = markup;
        agent.Sample["gpus"]![1]!["health"]!["reasons"]!.AsArray().Add(new System.Text.Json.Nodes.JsonObject { ["code"] = "x", ["sentence"] = markup });
        await OpenAsync(agent.Address);
        await Page.WaitForSelectorAsync("#containers tbody tr");

        Assert.That(await TextsAsync("#containers tbody td:nth-child(2)"), Is.EquivalentTo((string[])[markup, "a\ufffdb\ufffdc"]));
        Assert.That(await TextsAsync("article.gpu .name"), Does.Contain(markup));
        Assert.That(await TextsAsync("article.gpu .reasons li"), Does.Contain(markup));
        Assert.That(await Page.TitleAsync(), Is.EqualTo("GPUs"));
        Assert.That(await Page.QuerySelectorAsync("main img"), Is.Null);
        Assert.That(Complaints, Is.Empty);
    }

    [Test]
    public async Task What_a_made_agent_does_not_know_is_a_dash_and_never_0()
    {
        using var agent = new MadeAgent(1, 1);
        var gpu = agent.Sample["gpus"]![0]!.AsObject();
        foreach (var member in (string[])["utilizationRatio", "powerWatts", "memory"])
            gpu.Remove(member);
        gpu["temperatures"] = new System.Text.Json.Nodes.JsonArray();
        gpu["clocks"] = new System.Text.Json.Nodes.JsonArray();
        agent.Sample["containers"]![0]!["units"]![0]!.AsObject().Remove("memoryUsedBytes");
        await OpenAsync(agent.Address);
        await Page.WaitForSelectorAsync("#containers tbody tr");

        Assert.That(await TextsAsync("article.gpu .meter .value"), Is.EqualTo((string[])["–", "–"]));
        Assert.That(await TextsAsync("article.gpu .facts li"), Is.EqualTo((string[])["power – of 700 W", "temperature –", "clock –"]));
        Assert.That((await TextsAsync("#containers tbody td"))[4], Is.EqualTo("–"));
    }

    [Test]
    public async Task Containers_of_a_made_agent_are_sorted_and_filtered()
    {
        using var agent = new MadeAgent(3, 30);
        await OpenAsync(agent.Address);
        await Page.WaitForSelectorAsync("#containers tbody tr");

        await Page.ClickAsync("#containers th[data-key='name'] button");
        Assert.That(await TextsAsync("#containers tbody tr:nth-child(-n+3) td:nth-child(2)"), Is.EqualTo((string[])["job-0", "job-1", "job-2"]));
        await Page.ClickAsync("#containers th[data-key='name'] button");
        Assert.That((await TextsAsync("#containers tbody td:nth-child(2)"))[0], Is.EqualTo("job-29"));
        await Page.FillAsync("#filter", "job-17");
        Assert.That(await TextsAsync("#containers tbody td:nth-child(2)"), Is.EqualTo((string[])["job-17"]));
        await Page.FillAsync("#filter", "no such");
        Assert.That(await TextsAsync("#containers tbody tr"), Is.EqualTo((string[])["No container matches the filter."]));
    }

    [Test]
    public async Task A_chart_of_a_made_agent_is_read_by_keyboard_and_its_gap_stays_a_gap()
    {
        using var agent = new MadeAgent(1, 0);
        await OpenAsync(agent.Address);
        await Page.WaitForSelectorAsync("#charts .chart path.line");

        var chart = Page.Locator("#charts figure").First;
        await chart.Locator(".chart").FocusAsync();
        await Page.Keyboard.PressAsync("ArrowLeft");

        var points = agent.History["gpus"]![0]!["utilizationRatio"]!.AsArray();
        await Assertions.Expect(chart.Locator("output")).ToContainTextAsync($"nvidia:0 {Math.Round((double)points[^1]! * 100)} %");
        var path = await chart.Locator("path.line").GetAttributeAsync("d");
        Assert.That(path!.Count(letter => letter == 'M'), Is.EqualTo(2));
    }
}
