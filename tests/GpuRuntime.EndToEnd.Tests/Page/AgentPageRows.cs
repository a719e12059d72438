using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using GpuRuntime.EndToEnd.Tests.Monitoring;
using GpuRuntime.TestHosts;
using Microsoft.Playwright;

namespace GpuRuntime.EndToEnd.Tests.Page;

/// <summary>The page that the agent serves, on a simulated host with GPUs of all vendors.</summary>
public sealed class AgentPageRows : PageFixture
{
    private const string Token = "0123456789abcdef0123456789abcdef";

    private MixedMachine _machine = null!;

    [SetUp]
    public void MakeHost()
    {
        _machine = TestMachine.Create(ReadyHosts.ThreeVendors);
        Tell(busy: 37, usedBytes: 24L << 30, milliwatts: 91_000);
    }

    [TearDown]
    public async Task RemoveHostAsync() => await _machine.DisposeAsync();

    [Test]
    public async Task What_the_page_shows_is_what_the_API_says()
    {
        await using var agent = await StartAsync();
        await agent.SampleAsync(sample => Amd(sample)["utilizationRatio"] is not null, "how busy amd:0 is");
        await OpenAsync(agent.Address);
        await Page.WaitForSelectorAsync("article.gpu");

        var gpus = (await agent.SampleAsync())["gpus"]!.AsArray();
        Assert.That(await TextsAsync("article.gpu h3 .id"), Is.EqualTo(gpus.Select(gpu => (string?)gpu!["id"])));
        Assert.That(await TextsAsync("article.gpu h3 .name"), Is.EqualTo(gpus.Select(gpu => (string?)gpu!["name"] ?? (string?)gpu["pciAddress"])));
        Assert.That(await TextsAsync("article.gpu .meter:nth-of-type(1) .value"), Is.EqualTo(gpus.Select(gpu => Percent((double?)gpu!["utilizationRatio"]))));
        Assert.That(await TextsAsync("article.gpu .meter:nth-of-type(2) .value"), Is.EqualTo(gpus.Select(gpu => Memory(gpu!["memory"]))));
        Assert.That(await TextsAsync("#summary dd"), Does.Contain($"{gpus.Count} all healthy"));
        Assert.That((await TextsAsync("article.gpu[data-gpu='amd:0'] .facts li")), Does.Contain("power 91.0 W"));
        await PictureAsync("agent");
    }

    [Test]
    public async Task Values_follow_the_host_and_charts_move()
    {
        await using var agent = await StartAsync();
        await OpenAsync(agent.Address);
        var value = Page.Locator("article.gpu[data-gpu='amd:0'] .meter .value").First;
        await Assertions.Expect(value).ToHaveTextAsync("37 %");
        var line = Page.Locator("#charts figure:first-child path.line").Nth(await IndexOfAsync(agent, "amd:0"));
        // A point is the mean of five seconds.
        await Assertions.Expect(line).ToHaveAttributeAsync("d", new Regex("^M"), new() { Timeout = 30_000 });
        var before = await line.GetAttributeAsync("d");

        Tell(busy: 88, usedBytes: 48L << 30, milliwatts: 250_000);

        await Assertions.Expect(value).ToHaveTextAsync("88 %", new() { Timeout = 30_000 });
        await Assertions.Expect(line).ToHaveAttributeAsync("d", new Regex("L"), new() { Timeout = 30_000 });
        Assert.That(await line.GetAttributeAsync("d"), Is.Not.EqualTo(before));
    }

    [Test]
    public async Task The_page_asks_nobody_but_the_agent_and_the_console_stays_empty()
    {
        await using var agent = await StartAsync();
        await OpenAsync(agent.Address);
        await Page.WaitForSelectorAsync("article.gpu");
        await Page.ClickAsync("#theme");
        await Page.FillAsync("#filter", "nothing");
        await Page.ClickAsync("#processes-section summary");
        await Page.HoverAsync("#charts .chart >> nth=0");
        await Page.WaitForResponseAsync(response => response.Url.EndsWith("/api/v1/gpus", StringComparison.Ordinal));

        Assert.That(Hosts, Is.EqualTo((string[])[agent.Address.Authority]));
        Assert.That(Complaints, Is.Empty);
    }

    [Test]
    public async Task Nothing_can_be_made_part_of_the_page_afterwards()
    {
        await using var agent = await StartAsync();
        await OpenAsync(agent.Address);
        await Page.WaitForSelectorAsync("article.gpu");

        var has = await Page.EvaluateAsync<bool>("""
            () => { const script = document.createElement("script"); script.textContent = "window.ran = true"; document.body.append(script); return window.ran === true; }
            """);

        Assert.That(has, Is.False);
        Assert.That(Complaints, Has.Some.Contains("Content Security Policy"));
    }

    [Test]
    public async Task An_agent_that_is_gone_is_told_and_one_that_is_back_is_shown()
    {
        var agent = await StartAsync();
        await OpenAsync(agent.Address);
        await Page.WaitForSelectorAsync("article.gpu");

        await agent.DisposeAsync();

        await Assertions.Expect(Page.Locator("#state")).ToContainTextAsync("no answer since", new() { Timeout = 30_000 });
    }

    [Test]
    public async Task Without_the_token_the_page_asks_for_it_and_with_it_shows_the_GPUs()
    {
        var file = _machine.Directory.Combine("token");
        await File.WriteAllTextAsync(file, Token);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using var agent = await StartAsync(new JsonObject { ["tokenFile"] = file });
        await OpenAsync(agent.Address);

        await Page.WaitForSelectorAsync("#token-value");
        Assert.That(await Page.IsVisibleAsync("main"), Is.False);
        await Page.FillAsync("#token-value", "wrong");
        await Page.PressAsync("#token-value", "Enter");
        await Assertions.Expect(Page.Locator("#token-problem")).ToHaveTextAsync("This is not the token.");
        await Page.FillAsync("#token-value", Token);
        await Page.PressAsync("#token-value", "Enter");

        await Page.WaitForSelectorAsync("article.gpu");
        await PictureAsync("agent-token");
    }

    private Task<ServedAgent> StartAsync(JsonObject? keys = null)
    {
        var name = $"agent-{Guid.NewGuid():N}";
        var config = _machine.WriteConfiguration($"{name}.json", config => config["agent"] = keys ?? []);
        return ServedAgent.StartAsync(Command.Of(Programs.GpuRuntimeAgent, "serve", "--config", config), "127.0.0.1:0", _machine.Directory.Combine(name));
    }

    private void Tell(int busy, long usedBytes, long milliwatts)
    {
        var device = Path.Combine(_machine.Host.SysRoot, "bus/pci/devices", _machine.Host.AmdGpus[0].PciAddress);
        Replace(device, "gpu_busy_percent", $"{busy}\n");
        Replace(device, "mem_info_vram_used", $"{usedBytes}\n");
        var chip = Directory.CreateDirectory(Path.Combine(device, "hwmon/hwmon3")).FullName;
        Replace(chip, "name", "amdgpu\n");
        Replace(chip, "power1_average", $"{milliwatts * 1000}\n");
        Replace(chip, "temp1_label", "edge\n");
        Replace(chip, "temp1_input", "52000\n");
    }

    // In its place, as a kernel's file changes.
    private static void Replace(string directory, string name, string text)
    {
        using var file = new FileStream(Path.Combine(directory, name), FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        var content = System.Text.Encoding.ASCII.GetBytes(text.PadRight(32, '\n'));
        file.Write(content);
    }

    private static async Task<int> IndexOfAsync(ServedAgent agent, string id) => (await agent.SampleAsync())["gpus"]!.AsArray().Select(gpu => (string?)gpu!["id"]).Order(StringComparer.Ordinal).ToList().IndexOf(id);

    private static JsonNode Amd(JsonNode sample) => sample["gpus"]!.AsArray().First(gpu => (string?)gpu!["id"] == "amd:0")!;

    private static string Percent(double? ratio) => ratio is { } known ? string.Create(CultureInfo.InvariantCulture, $"{Math.Round(known * 100)} %") : "–";

    private static string Memory(JsonNode? memory) =>
        (long?)memory?["totalBytes"] is { } total ? $"{Gibibytes((long?)memory?["usedBytes"])} of {Gibibytes(total)}" : Gibibytes((long?)memory?["usedBytes"]);

    // Every amount of this host is some GiB.
    private static string Gibibytes(long? bytes) => bytes is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known / (double)(1 << 30):0.0} GiB") : "–";
}
