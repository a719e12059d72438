using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Monitoring.Top;

/// <summary>The live view in terminals that end with the test.</summary>
public abstract class TopScreenFixture : TopFixture
{
    private readonly List<ShownTop> _shown = [];

    [TearDown]
    public async Task EndAsync()
    {
        foreach (var shown in _shown)
            await shown.DisposeAsync();
        _shown.Clear();
    }

    private protected ShownTop Show(Command command, int columns = 140, int rows = 40)
    {
        try
        {
            var shown = ShownTop.Start(command, NewPrefix(), columns, rows);
            _shown.Add(shown);
            return shown;
        }
        catch (TestResourceUnavailableException unavailable)
        {
            Assert.Ignore(unavailable.Reason);
            throw;
        }
    }

    /// <summary>Ends by a key, as whoever looks at it would, and has drawn nothing that it should not.</summary>
    private protected static async Task QuitAsync(ShownTop shown)
    {
        shown.Press("q");
        Assert.That(await shown.EndAsync(), Is.Zero);
        Assert.That(shown.See(static screen => screen.Faults), Is.Empty);
    }

    /// <summary>The rows of the list of GPUs, which end at what is told of the selected one.</summary>
    private protected static string[] GpusOf(string[] lines) =>
    [
        .. lines.SkipWhile(static line => !line.StartsWith("  GPU", StringComparison.Ordinal)).Skip(1).TakeWhile(static line => !line.StartsWith("  util ", StringComparison.Ordinal))
            .SkipLast(1).Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries).First(static word => word != "›")),
    ];
}
