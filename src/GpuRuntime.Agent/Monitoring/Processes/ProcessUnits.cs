using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring;
using GpuRuntime.Core.Monitoring.Intel;
using GpuRuntime.Linux.Monitoring;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Agent.Monitoring.Processes;

/// <summary>The units whose drivers tell of processes: AMD's and Intel's.</summary>
/// <param name="ByAddress">Those that DRM's numbers are of; partitions of a GPU share its address, and so are not among them.</param>
/// <param name="ByKfdId">Those that KFD knows.</param>
/// <param name="Engines">By the unit's id: the kinds of engines that files name, whether anybody uses them or not.</param>
internal sealed record ProcessUnits(
    ImmutableDictionary<PciAddress, HeldUnit> ByAddress, ImmutableDictionary<uint, HeldUnit> ByKfdId, ImmutableDictionary<string, ImmutableArray<string>> Engines)
{
    public static readonly ProcessUnits None = new(
        ImmutableDictionary<PciAddress, HeldUnit>.Empty, ImmutableDictionary<uint, HeldUnit>.Empty, ImmutableDictionary<string, ImmutableArray<string>>.Empty);

    public bool IsEmpty => ByAddress.IsEmpty && ByKfdId.IsEmpty;

    public static ProcessUnits Of(ImmutableArray<HeldUnit> units, RuntimeConfiguration configuration)
    {
        List<HeldUnit> own = [.. units.Where(unit => unit.Gpu.Vendor is GpuVendor.Amd or GpuVendor.Intel)];
        if (own.Count == 0)
            return None;
        using var host = new LinuxHostRoot(configuration);
        var byAddress = ImmutableDictionary.CreateBuilder<PciAddress, HeldUnit>();
        var byKfdId = ImmutableDictionary.CreateBuilder<uint, HeldUnit>();
        var engines = ImmutableDictionary.CreateBuilder<string, ImmutableArray<string>>();
        var kfd = own.Exists(unit => unit.Gpu.HipIndex is not null) ? KfdProcess.GpuIds(host) : ImmutableDictionary<int, uint>.Empty;
        foreach (var unit in own)
        {
            if (unit.Gpu.Partition is null)
                byAddress[unit.Gpu.PciAddress] = unit;
            if (unit.Gpu.HipIndex is { } index && kfd.TryGetValue(index, out var id))
                byKfdId[id] = unit;
            if (unit.Gpu.Vendor == GpuVendor.Intel)
                engines[unit.Id] = EnginesOf(unit.Gpu, configuration);
        }

        return new ProcessUnits(byAddress.ToImmutable(), byKfdId.ToImmutable(), engines.ToImmutable());
    }

    private static ImmutableArray<string> EnginesOf(Gpu gpu, RuntimeConfiguration configuration)
    {
        using var files = new SensorFiles(configuration.Sys, $"bus/pci/devices/{gpu.PciAddress}", TimeProvider.System);
        return IntelEngines.Of(files, gpu.Driver);
    }

    public HeldUnit? Of(PciAddress address) => ByAddress.GetValueOrDefault(address);
}
