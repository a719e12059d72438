using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Limits;
using GpuRuntime.Core.Monitoring;

namespace GpuRuntime.Agent.Monitoring.Attribution;

/// <summary>The units whose memory the kernel counts by cgroup: complete, whatever the container's processes do.</summary>
internal sealed class DmemMemory
{
    private readonly ImmutableDictionary<string, ImmutableArray<string>> _regions;

    private DmemMemory(ImmutableDictionary<string, ImmutableArray<string>> regions) => _regions = regions;

    /// <param name="unified"><see langword="null"/> where version 2 of cgroups is not mounted.</param>
    public static DmemMemory Of(UnifiedHierarchy? unified, ImmutableArray<HeldUnit> units)
    {
        var regions = ImmutableDictionary.CreateBuilder<string, ImmutableArray<string>>(StringComparer.Ordinal);
        foreach (var unit in unified is { HasDmem: true } ? units : [])
        {
            // A region is a device with all of its partitions and MIG devices: of one among several it tells too much.
            if (unit is { MigDevice: null, Gpu.Partition: null } && DmemRegions.CountedOf(unit.Gpu, unified!.Regions) is { IsEmpty: false } own)
                regions[unit.Name] = [.. own.Select(region => region.Name)];
        }

        return new DmemMemory(regions.ToImmutable());
    }

    public bool TellsAny => !_regions.IsEmpty;

    public bool Tells(HeldUnit unit) => _regions.ContainsKey(unit.Name);

    /// <param name="text">The cgroup's <c>dmem.current</c>.</param>
    public long? Of(HeldUnit unit, string text) => DmemUse.Of(text, _regions[unit.Name]);
}
