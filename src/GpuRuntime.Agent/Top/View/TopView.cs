using System.Collections.Immutable;
using GpuRuntime.Agent.Top.Characters;
using GpuRuntime.Agent.Top.Rows;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Top.View;

/// <summary>Draws what is shown as the lines of a screen of any size.</summary>
internal sealed class TopView(Drawing drawing, Trends trends)
{
    // Of fewer lines, only the focused list is left.
    private const int LeastForAll = 12;

    private readonly IReadOnlyList<Column<GpuSample>> _gpuColumns = GpuColumns.Of(trends);

    /// <returns>As many lines as the screen has, or fewer.</returns>
    public ImmutableArray<string> Draw(TopState state, int width, int height)
    {
        List<string> lines = [.. drawing.Lines(StatusLines.Title(state, width), width)];
        if (StatusLines.Problem(state, width) is { } problem)
            lines.AddRange(drawing.Lines(problem, width));
        if (state.ShowsHelp)
            lines.AddRange(TopHelp.Keys.Split('\n').Select(line => TerminalText.Fit(line, width)));
        else if (state.Sample is { } sample)
            Lists(lines, state, new SampleFilter(state.Filter).Apply(sample), width, height - lines.Count - 1);
        var shown = lines.Take(Math.Max(0, height - 1));
        return [.. shown, .. Enumerable.Repeat("", Math.Max(0, height - 1 - lines.Count)), .. drawing.Lines(StatusLines.Keys(state, width), width)];
    }

    private void Lists(List<string> lines, TopState state, HostSample sample, int width, int height)
    {
        const int titles = 3;
        const int details = 2;
        var order = new SampleOrder(state.Order, state.IsReversed);
        var (gpus, containers, processes) = (order.Gpus(sample), order.Containers(sample), order.Processes(sample));
        if (height < LeastForAll)
        {
            Single(lines, state, gpus, containers, processes, width, height - 1);
            return;
        }

        var heights = PaneHeights.Divide(height - titles - details, gpus.Length, containers.Length, processes.Length, state.Focus);
        List(lines, state, Pane.Gpus, _gpuColumns, gpus, width, heights.Gpus);
        var selected = gpus.IsEmpty ? null : gpus[Math.Min(state.Selected[(int)Pane.Gpus], gpus.Length - 1)];
        if (selected is not null)
            lines.AddRange([.. drawing.Lines(GpuDetail.About(selected, width), width), .. drawing.Lines(GpuDetail.Trend(selected, trends, width), width)]);
        List(lines, state, Pane.Containers, ContainerColumns.All, containers, width, heights.Containers);
        List(lines, state, Pane.Processes, ProcessColumns.All, processes, width, heights.Processes);
    }

    private void Single(
        List<string> lines, TopState state, ImmutableArray<GpuSample> gpus, ImmutableArray<ContainerRow> containers, ImmutableArray<ProcessUse> processes, int width, int height)
    {
        switch (state.Focus)
        {
            case Pane.Gpus:
                List(lines, state, Pane.Gpus, _gpuColumns, gpus, width, height);
                break;
            case Pane.Containers:
                List(lines, state, Pane.Containers, ContainerColumns.All, containers, width, height);
                break;
            default:
                List(lines, state, Pane.Processes, ProcessColumns.All, processes, width, height);
                break;
        }
    }

    private void List<TRow>(List<string> lines, TopState state, Pane pane, IReadOnlyList<Column<TRow>> columns, ImmutableArray<TRow> rows, int width, int height)
    {
        height = Math.Max(0, height);
        var isFocused = state.Focus == pane;
        var selected = Math.Min(state.Selected[(int)pane], rows.Length - 1);
        // The selected row is in the middle, as far as there are rows around it.
        var first = Math.Clamp(selected - (height / 2), 0, Math.Max(0, rows.Length - height));
        var marked = isFocused || pane == Pane.Gpus ? selected - first : -1;
        lines.AddRange(drawing.Lines(RowTable.Of(columns, rows.Skip(first).Take(height), marked, isFocused, width), width));
    }
}
