using GpuRuntime.Agent.Top.Characters;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace GpuRuntime.Agent.Top.View;

/// <summary>What stands in one place of a table: text in at most two styles, cut to the place's width.</summary>
internal static class Cell
{
    /// <param name="text">Also one from outside.</param>
    public static IRenderable Of(string text, int width, Style? style = null) => new Text(TerminalText.Fit(TerminalText.Of(text), width), style);

    /// <summary>A bar with a text behind it, which takes its width from the bar's.</summary>
    /// <param name="textWidth">Columns that the text may take.</param>
    public static IRenderable Bar(double? ratio, string text, int textWidth, int width)
    {
        var (filled, rest) = Blocks.Bar(ratio, Math.Max(0, width - textWidth - 1));
        return new Paragraph(filled, Styles.Level(ratio)).Append(rest, Styles.Faint).Append($" {TerminalText.Fit(text, textWidth).PadLeft(textWidth)}");
    }
}
