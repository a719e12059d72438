using Spectre.Console;
using Spectre.Console.Rendering;

namespace GpuRuntime.Agent.Top.View;

/// <summary>Makes lines of what is drawn, off the screen: the caller decides which of them the terminal has to be sent.</summary>
internal sealed class Drawing : IDisposable
{
    private readonly StringWriter _lines = new() { NewLine = "\n" };
    private readonly IAnsiConsole _console;

    /// <param name="hasStyles">Whether escape sequences may be used at all.</param>
    /// <param name="hasColors">Whether those for colours may be.</param>
    public Drawing(bool hasStyles, bool hasColors)
    {
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = hasStyles ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = hasStyles && hasColors ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(_lines),
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        _console.Profile.Capabilities.Unicode = true;
    }

    public IEnumerable<string> Lines(IRenderable drawn, int width)
    {
        _console.Profile.Width = width;
        _lines.GetStringBuilder().Clear();
        _console.Write(drawn);
        var text = _lines.ToString();
        return (text.EndsWith('\n') ? text[..^1] : text).Split('\n');
    }

    public void Dispose() => _lines.Dispose();
}
