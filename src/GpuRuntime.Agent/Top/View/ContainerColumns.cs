using GpuRuntime.Agent.Top.Characters;
using GpuRuntime.Agent.Top.Rows;
using GpuRuntime.Core.Configuration;
using Spectre.Console.Rendering;

namespace GpuRuntime.Agent.Top.View;

/// <summary>What the list of containers tells.</summary>
internal static class ContainerColumns
{
    private const int PercentWidth = 4;

    public static readonly IReadOnlyList<Column<ContainerRow>> All =
    [
        new("CONTAINER", 12, 0, (row, width) => Cell.Of(ContainerRow.ShortId(row.Use.Container.Id), width, Styles.Title)),
        new("NAME", 14, 2, (row, width) => Cell.Of(ContainerRow.NameOf(row.Use.Container) is { Length: > 0 } name ? name : TerminalText.Unknown, width)) { LargestWidth = 48 },
        new("NAMESPACE", 9, 9, (row, width) => Cell.Of(row.Use.Container.PodNamespace ?? TerminalText.Unknown, width)) { LargestWidth = 20 },
        new("ENGINE", 8, 6, (row, width) => Cell.Of(row.Use.Container.Engine, width)) { LargestWidth = 10 },
        new("GPU", 9, 1, (row, width) => Cell.Of(row.Unit.UnitId, width)) { LargestWidth = 11 },
        new("MEMORY", 10, 3, Memory) { LargestWidth = 27 },
        new("TIER", 8, 5, (row, width) => Cell.Of(row.Unit.MemoryLimit?.Tier.Word() ?? TerminalText.Unknown, width)) { LargestWidth = 11 },
        new("UTIL", 4, 4, (row, width) => Cell.Of(Quantity.Percent(row.Unit.UtilizationRatio), width, Styles.Level(row.Unit.UtilizationRatio))) { IsRight = true },
        new("COMPUTE", 7, 8, (row, width) => Cell.Of(row.Unit.ComputeLimit is { } limit ? $"{Quantity.Percent(limit.Percent / 100.0)}" : TerminalText.Unknown, width)) { IsRight = true },
        new("PROCS", 5, 7, (row, width) => Cell.Of(row.Unit.ProcessCount is { } count ? Number.Of(count) : TerminalText.Unknown, width)) { IsRight = true },
    ];

    private static IRenderable Memory(ContainerRow row, int width)
    {
        const int textWidth = 10;
        var (used, limit) = (row.Unit.MemoryUsedBytes, row.Unit.MemoryLimit?.EnforcedBytes);
        var text = limit is null ? Quantity.Bytes(used) : Quantity.BytesOf(used, limit);
        double? ratio = used is { } bytes && limit is > 0 and var most ? Math.Min(1, (double)bytes / most) : null;
        return width < textWidth + PercentWidth + 1 ? Cell.Of(text, width, Styles.Level(ratio)) : Cell.Bar(ratio, text, textWidth, width);
    }
}
