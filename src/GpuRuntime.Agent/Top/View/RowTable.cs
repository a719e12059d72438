using System.Collections.Immutable;
using Spectre.Console;

namespace GpuRuntime.Agent.Top.View;

/// <summary>A list as a table: a line of titles and a line for each row, nothing wider than the terminal.</summary>
internal static class RowTable
{
    private const string SelectedMark = "›";

    /// <param name="selected">The row that is marked; -1 for none.</param>
    /// <param name="width">Of the terminal.</param>
    public static Table Of<TRow>(IReadOnlyList<Column<TRow>> columns, IEnumerable<TRow> rows, int selected, bool isFocused, int width)
    {
        // One column for the mark, and the room behind it.
        ImmutableArray<(Column<TRow> Column, int Width)> fitting = Column<TRow>.Fit(columns, width - 2);
        var table = new Table().NoBorder();
        table.AddColumn(new TableColumn("") { Width = 1, NoWrap = true, Padding = new Padding(0, 0, 1, 0) });
        foreach (var (column, columnWidth) in fitting)
        {
            table.AddColumn(new TableColumn(Cell.Of(column.Title, columnWidth, isFocused ? Styles.FocusedHead : Styles.Head))
            {
                Width = columnWidth,
                NoWrap = true,
                Padding = new Padding(0, 0, column == fitting[^1].Column ? 0 : 1, 0),
                Alignment = column.IsRight ? Justify.Right : Justify.Left,
            });
        }

        var index = 0;
        foreach (var row in rows)
        {
            table.AddRow([
                new Text(index++ == selected ? SelectedMark : " ", Styles.Selected),
                .. fitting.Select(place => place.Column.Draw(row, place.Width)),
            ]);
        }

        return table;
    }
}
