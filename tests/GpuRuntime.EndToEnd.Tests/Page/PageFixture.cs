using System.Collections.Concurrent;
using GpuRuntime.TestHosts;
using Microsoft.Playwright;

namespace GpuRuntime.EndToEnd.Tests.Page;

/// <summary>The agent's page in a real Chromium. Each test has a tab of its own, and hears of whatever the page asks for and complains of.</summary>
public abstract class PageFixture
{
    private readonly ConcurrentQueue<string> _complaints = [];
    private readonly ConcurrentQueue<string> _hosts = [];
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private IBrowserContext? _context;

    private protected IPage Page { get; private set; } = null!;

    /// <summary>What stands on the console as an error or a warning, or was thrown.</summary>
    private protected IReadOnlyCollection<string> Complaints => _complaints;

    /// <summary>Whom the page has asked for anything.</summary>
    private protected IEnumerable<string> Hosts => _hosts.Distinct();

    [OneTimeSetUp]
    public async Task StartBrowserAsync()
    {
        try
        {
            var program = Programs.Engine("chromium");
            _playwright = await Playwright.CreateAsync();
            // Root's Chromium has no sandbox.
            _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = program, Args = ["--no-sandbox", "--disable-gpu"] });
        }
        catch (TestResourceUnavailableException unavailable)
        {
            Assert.Ignore(unavailable.Reason);
        }
    }

    [OneTimeTearDown]
    public async Task StopBrowserAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    [TearDown]
    public async Task CloseTabAsync()
    {
        if (_context is not null)
            await _context.DisposeAsync();
        _context = null;
    }

    private protected async Task OpenAsync(Uri address, int width = 1400, int height = 1000, ColorScheme scheme = ColorScheme.Light)
    {
        _complaints.Clear();
        _hosts.Clear();
        _context = await _browser!.NewContextAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = width, Height = height }, ColorScheme = scheme });
        Page = await _context.NewPageAsync();
        Page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                _complaints.Enqueue(message.Text);
        };
        Page.PageError += (_, error) => _complaints.Enqueue(error);
        Page.Request += (_, request) => _hosts.Enqueue(new Uri(request.Url).Authority);
        await Page.GotoAsync(address.ToString());
    }

    /// <summary>Keeps a picture of the whole page for people, in artifacts/screenshots.</summary>
    private protected Task PictureAsync(string name) =>
        Page.ScreenshotAsync(new PageScreenshotOptions { FullPage = true, Path = Path.Combine(Repository.Root, "artifacts/screenshots", $"{name}.png") });

    private protected Task<string[]> TextsAsync(string selector) => Page.EvalOnSelectorAllAsync<string[]>(selector, "elements => elements.map(element => element.textContent.trim())");

    private protected async Task<bool> ScrollsSidewaysAsync() => await Page.EvaluateAsync<bool>("document.documentElement.scrollWidth > document.documentElement.clientWidth");

    private protected Task<string> BackgroundAsync() => Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
}
