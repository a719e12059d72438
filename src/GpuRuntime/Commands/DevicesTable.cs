using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Commands;

/// <summary>
/// The GPUs for people, with every order that an index may mean: ours (PCI address, then partition), ROCm's, and the numbers of the nodes. Columns
/// that would be empty on this host are left out.
/// </summary>
internal static class DevicesTable
{
    private const string Unknown = "-";

    private static readonly ImmutableArray<Column> Columns =
    [
        new("ID", (gpu, _) => gpu.Id),
        new("NAME", (gpu, names) => names.Of(gpu)),
        new("UUID", (gpu, _) => gpu.Uuid, IsAlwaysShown: true),
        new("PCI ADDRESS", (gpu, _) => gpu.PciAddress.ToString()),
        new("PARTITION", (gpu, _) => Number(gpu.Partition)),
        new("HIP", (gpu, _) => Number(gpu.HipIndex)),
        new("DRIVER", (gpu, _) => $"{gpu.Driver} {gpu.DriverVersion}".Trim()),
        new("NUMA", (gpu, _) => Number(gpu.NumaNode), IsAlwaysShown: true),
        new("MEMORY", (gpu, _) => Memory(gpu.MemoryBytes)),
        new("NODES", (gpu, _) => string.Join(' ', gpu.DeviceNodes.Concat(gpu.DrmNodes).Select(node => node.Path))),
        new("NOTE", (gpu, _) => Note(gpu), Absent: ""),
    ];

    public static void Print(ImmutableArray<Gpu> gpus, PciNames names)
    {
        if (gpus.IsEmpty)
        {
            Console.Out.WriteLine("This host has no GPU with a driver that this version knows. gpu-runtime check says why.");
            return;
        }

        var shown = Columns.Select(column => new Filled(column, [.. gpus.Select(gpu => column.Cell(gpu, names) ?? "")]))
            .Where(filled => filled.Column.IsAlwaysShown || filled.Cells.Any(cell => cell.Length > 0)).ToList();
        TextTable.Print(
            [.. shown.Select(filled => filled.Column.Header)],
            gpus.Select((_, row) => shown.Select(filled => filled.Cells[row] is { Length: > 0 } cell ? cell : filled.Column.Absent).ToArray()));
        foreach (var gpu in gpus.Where(gpu => !gpu.MigDevices.IsEmpty))
        {
            Console.Out.WriteLine();
            TextTable.Print(
                [$"MIG of {gpu.Id}", "PROFILE", "MEMORY", "UUID", "GPU INSTANCE", "COMPUTE INSTANCE"],
                gpu.MigDevices.Select(device => (string[])
                [
                    $"{gpu.Index}:{device.Index}", device.Profile ?? Unknown, Memory(device.MemoryBytes) ?? Unknown, device.Uuid ?? Unknown,
                    device.GpuInstance.ToString(CultureInfo.InvariantCulture), device.ComputeInstance.ToString(CultureInfo.InvariantCulture),
                ]));
        }
    }

    private static string Note(Gpu gpu)
    {
        var notes = new List<string>();
        if (!gpu.HasCompute)
            notes.Add("no compute");
        if (gpu.IsIntegrated == true)
            notes.Add("integrated");
        if (gpu.OffersVirtualFunctions)
            notes.Add("has virtual functions: given by its name only");
        if (gpu.IsEveryGpu)
            notes.Add("every GPU of WSL2");
        if (gpu.IsVirtualFunction)
            notes.Add("virtual function");
        return string.Join(", ", notes);
    }

    private static string? Memory(long? bytes) => bytes is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known / (1 << 20)} MiB") : null;

    private static string? Number(int? number) => number?.ToString(CultureInfo.InvariantCulture);

    private sealed record Column(string Header, Func<Gpu, PciNames, string?> Cell, bool IsAlwaysShown = false, string Absent = Unknown);

    /// <summary>A column with its cells, one a GPU.</summary>
    private sealed record Filled(Column Column, ImmutableArray<string> Cells);
}
