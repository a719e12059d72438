using GpuRuntime.Core.Errors;
using Spectre.Console;

namespace GpuRuntime.Commands;

/// <summary>Plain tables that read the same on a terminal and in a pipe: no frame, no colours, no line broken in the middle.</summary>
internal static class TextTable
{
    private const int WideEnough = 500;

    public static void Print(string[] header, IEnumerable<string[]> rows)
    {
        var table = new Table().NoBorder();
        foreach (var title in header)
            table.AddColumn(new TableColumn(new Text(title)).NoWrap().PadLeft(0).PadRight(2));
        foreach (var row in rows)
            table.AddRow(row.Select(cell => new Text(PrintableText.Of(cell))));
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(Console.Out) });
        console.Profile.Width = WideEnough;
        console.Write(table);
    }
}
