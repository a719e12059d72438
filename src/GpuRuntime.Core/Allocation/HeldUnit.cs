using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Allocation;

/// <summary>
/// What a container can hold by itself: a GPU, a partition of one, or a MIG device. Named by its place on the bus, which no index or UUID
/// equals: those may change, be shared or be unknown while a container runs.
/// </summary>
/// <param name="Name">A file name: <c>0000:3b:00.0</c>, <c>0000:3b:00.0-p3</c> (partition), <c>0000:3b:00.0-gi7-ci0</c> (MIG device).</param>
/// <param name="Id">How requests and messages call it: <c>amd:3</c>, <c>nvidia:0</c>, <c>nvidia:0:1</c>.</param>
/// <param name="Gpu">The GPU, with this MIG device alone where the unit is one.</param>
public sealed record HeldUnit(string Name, string Id, Gpu Gpu)
{
    /// <summary>A GPU in one piece, whatever it is divided into: whoever has it has all of its MIG devices.</summary>
    public bool IsWhole { get; private init; }

    /// <summary>The MIG device; <see langword="null"/> for a GPU or partition.</summary>
    public MigDevice? MigDevice => !IsWhole && Gpu.MigDevices is [var device] ? device : null;

    /// <summary>The vendor's identifier, where it is known.</summary>
    public string? Uuid => MigDevice is { } device ? device.Uuid : Gpu.Uuid;

    /// <summary>Device memory in bytes, where it is known.</summary>
    public long? MemoryBytes => MigDevice is { } device ? device.MemoryBytes : Gpu.MemoryBytes;

    /// <summary>Whether the hardware keeps it apart from what else is on its GPU: a MIG device, a partition, a virtual function.</summary>
    public bool IsInstance => MigDevice is not null || Gpu.Partition is not null || Gpu.IsVirtualFunction;

    /// <summary>The units of a granted GPU: of one that is divided into MIG devices, each that is granted.</summary>
    public static ImmutableArray<HeldUnit> Of(Gpu gpu)
    {
        if (gpu.MigDevices.IsEmpty)
            return [Undivided(gpu)];
        var units = ImmutableArray.CreateBuilder<HeldUnit>(gpu.MigDevices.Length);
        foreach (var device in gpu.MigDevices)
        {
            units.Add(new HeldUnit(
                string.Create(CultureInfo.InvariantCulture, $"{gpu.PciAddress}-gi{device.GpuInstance}-ci{device.ComputeInstance}"),
                $"{gpu.Id}:{device.Index}",
                gpu with { MigDevices = [device] }));
        }

        return units.MoveToImmutable();
    }

    /// <summary>A GPU or partition with all of its MIG devices as one unit.</summary>
    public static HeldUnit WholeOf(Gpu gpu) => Undivided(gpu) with { IsWhole = true };

    public static ImmutableArray<HeldUnit> Of(IEnumerable<Gpu> gpus) => [.. gpus.SelectMany(gpu => Of(gpu))];

    private static HeldUnit Undivided(Gpu gpu) =>
        new(gpu.Partition is { } partition ? string.Create(CultureInfo.InvariantCulture, $"{gpu.PciAddress}-p{partition}") : gpu.PciAddress.ToString(), gpu.Id, gpu);
}
