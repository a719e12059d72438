namespace GpuRuntime.Agent.Top;

/// <summary>How <c>top</c> tells what it read.</summary>
internal enum TopFormat
{
    /// <summary>For people: the live view on a terminal, else tables.</summary>
    Table,

    /// <summary>The document of <c>/api/v1/gpus</c>, one line a sample.</summary>
    Json,

    /// <summary>A row for each GPU.</summary>
    Csv,

    /// <summary>A row for each GPU or MIG device of each container.</summary>
    CsvContainers,

    /// <summary>The page of <c>/metrics</c>.</summary>
    Prometheus,
}
