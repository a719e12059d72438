using GpuRuntime.Agent.Top.Characters;
using GpuRuntime.Agent.Top.Rows;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Top.View;

/// <summary>What the list of processes tells.</summary>
internal static class ProcessColumns
{
    public static readonly IReadOnlyList<Column<ProcessUse>> All =
    [
        new("PID", 7, 0, (process, width) => Cell.Of(Number.Of(process.Process.Pid), width, Styles.Title)) { IsRight = true },
        new("PROCESS", 15, 1, (process, width) => Cell.Of(process.Name, width)) { LargestWidth = 24 },
        new("TYPE", 7, 7, (process, width) => Cell.Of(Type(process.Use), width)) { LargestWidth = 16 },
        new("CONTAINER", 14, 4, (process, width) => Cell.Of(Container(process.Container), width)) { LargestWidth = 48 },
        new("GPU", 9, 2, (process, width) => Cell.Of(process.Use.UnitId, width)) { LargestWidth = 11 },
        new("MEMORY", 6, 3, (process, width) => Cell.Of(Quantity.Bytes(process.Use.MemoryBytes), width)) { IsRight = true },
        new("UTIL", 4, 5, (process, width) => Cell.Of(Quantity.Percent(process.Use.UtilizationRatio), width, Styles.Level(process.Use.UtilizationRatio))) { IsRight = true },
    ];

    private static string Type(GpuProcess use) => use switch
    {
        { UsesCompute: true, UsesGraphics: true } => "compute+graphics",
        { UsesCompute: true } => "compute",
        { UsesGraphics: true } => "graphics",
        _ => TerminalText.Unknown,
    };

    private static string Container(ContainerIdentity? container) => container switch
    {
        null => "host",
        _ when ContainerRow.NameOf(container) is { Length: > 0 } name => name,
        _ => ContainerRow.ShortId(container.Id),
    };
}
