using System.Collections.Immutable;
using GpuRuntime.Agent.Top.Rows;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Top.View;

/// <summary>One sample as three tables, every row of them.</summary>
internal sealed class PlainTables(Drawing drawing, TopArguments arguments)
{
    public ImmutableArray<string> Lines(HostSample sample, string source, int width)
    {
        var state = new TopState { Sample = sample, Source = source };
        var (left, order) = (new SampleFilter(arguments.Filter).Apply(sample), new SampleOrder(arguments.Order, isReversed: false));
        return
        [
            .. drawing.Lines(StatusLines.Title(state, width), width),
            .. Problems(state, sample, width),
            "",
            .. Table(GpuColumns.Of(null), order.Gpus(left), width),
            .. Table(ContainerColumns.All, order.Containers(left), width),
            .. Table(ProcessColumns.All, order.Processes(left), width),
        ];
    }

    private IEnumerable<string> Table<TRow>(IReadOnlyList<Column<TRow>> columns, ImmutableArray<TRow> rows, int width) =>
        rows.IsEmpty ? [] : [.. drawing.Lines(RowTable.Of(columns, rows, selected: -1, isFocused: false, width), width).Select(line => line.TrimEnd()), ""];

    private IEnumerable<string> Problems(TopState state, HostSample sample, int width) =>
    [
        .. sample.Problems.IsEmpty && StatusLines.Problem(state, width) is { } nothing ? drawing.Lines(nothing, width) : [],
        .. sample.Problems.SelectMany(problem => drawing.Lines(Cell.Of($"! {problem}", width, Styles.Warning), width)),
        .. sample.Gpus.SelectMany(gpu => About(gpu, width)),
    ];

    private IEnumerable<string> About(GpuSample gpu, int width) =>
        gpu.Health.IsHealthy && gpu.Problem is null ? [] : drawing.Lines(GpuDetail.About(gpu, width), width);
}
