using System.Collections.Immutable;
using Spectre.Console.Rendering;

namespace GpuRuntime.Agent.Top.View;

/// <summary>A column of a list.</summary>
/// <param name="Width">The least that it is of use with, in the terminal's columns.</param>
/// <param name="Rank">Where there is no room for all, those of the highest rank go first.</param>
/// <param name="Draw">Draws a row's place, in the width that the column has got.</param>
internal sealed record Column<TRow>(string Title, int Width, int Rank, Func<TRow, int, IRenderable> Draw)
{
    /// <summary>What it may grow to where there is room.</summary>
    public int LargestWidth { get; init; } = Width;

    public bool IsRight { get; init; }

    /// <summary>Those that there is room for, with the widths that they get, one column of room between them.</summary>
    public static ImmutableArray<(Column<TRow> Column, int Width)> Fit(IReadOnlyList<Column<TRow>> columns, int width)
    {
        var fitting = columns.ToHashSet();
        foreach (var column in columns.OrderByDescending(column => column.Rank))
        {
            if (fitting.Count == 1 || Needed(fitting) <= width)
                break;
            fitting.Remove(column);
        }

        var left = Math.Max(0, width - Needed(fitting));
        var widths = columns.Where(fitting.Contains).Select(column => (Column: column, column.Width)).ToArray();
        // One column at a time, the most important first, until none may grow: no list is wide enough for this to take long.
        while (left > 0 && Enumerable.Range(0, widths.Length).Where(i => widths[i].Width < widths[i].Column.LargestWidth).ToArray() is { Length: > 0 } growing)
        {
            foreach (var i in growing.OrderBy(i => widths[i].Column.Rank).Take(left))
                widths[i].Width++;
            left -= Math.Min(left, growing.Length);
        }

        return [.. widths];
    }

    private static int Needed(IReadOnlyCollection<Column<TRow>> columns) => columns.Sum(column => column.Width + 1) - 1;
}
