using System.Collections.Immutable;
using GpuRuntime.Agent.Top.Rows;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Top.Output;

/// <summary>A sample as text, in any format but tables.</summary>
/// <param name="names">Of metrics, beside our own.</param>
internal sealed class SampleText(TopArguments arguments, TopParts parts, MetricNames names)
{
    /// <summary>The first line of all, where the format has one.</summary>
    public string? Header => arguments.Format switch
    {
        TopFormat.Csv => GpuCsv.Header,
        TopFormat.CsvContainers => ContainerCsv.Header,
        _ => null,
    };

    /// <summary>What is left of a sample, in the order that was asked for, where the format is made of rows.</summary>
    public ImmutableArray<string> Lines(HostSample sample)
    {
        var (left, order) = (new SampleFilter(arguments.Filter).Apply(sample), new SampleOrder(arguments.Order, isReversed: false));
        return arguments.Format switch
        {
            TopFormat.Csv => [.. order.Gpus(left).Select(gpu => GpuCsv.Row(left.Time, gpu))],
            TopFormat.CsvContainers => [.. order.Containers(left).Select(row => ContainerCsv.Row(left.Time, row))],
            TopFormat.Json => [parts.Json(left)],
            _ => [parts.Metrics(left, names).TrimEnd('\n')],
        };
    }
}
