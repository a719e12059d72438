using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Limits;
using GpuRuntime.Core.Monitoring;
using GpuRuntime.Core.Vendors;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Agent.Watchdog;

/// <summary>The GPUs of this host as they were when it was last looked, and by what their use can be told.</summary>
internal sealed class HostGpus
{
    private readonly Dictionary<string, HeldUnit> _units;
    private readonly ImmutableDictionary<int, uint> _kfd;
    private readonly ImmutableArray<DmemRegion> _regions;

    private HostGpus(ImmutableArray<Gpu> gpus, ImmutableDictionary<int, uint> kfd, ImmutableArray<DmemRegion> regions, string? managementLibrary)
    {
        Gpus = gpus;
        _units = HeldUnit.Of(gpus).ToDictionary(unit => unit.Name, StringComparer.Ordinal);
        _kfd = kfd;
        _regions = regions;
        ManagementLibrary = managementLibrary;
    }

    public ImmutableArray<Gpu> Gpus { get; }

    /// <summary>NVIDIA's libnvidia-ml on this host.</summary>
    public string? ManagementLibrary { get; }

    public static HostGpus Look(RuntimeConfiguration configuration)
    {
        using var host = new LinuxHostRoot(configuration);
        // MIG devices have their UUIDs from the description alone.
        var gpus = VendorModules.Identify(host);
        return new HostGpus(
            [.. gpus.Select(gpu => gpu.MigDevices.IsEmpty ? gpu : VendorModules.Describe(gpu, host))],
            gpus.Any(gpu => gpu.Vendor == GpuVendor.Amd) ? KfdProcess.GpuIds(host) : ImmutableDictionary<int, uint>.Empty,
            DmemRegions.Read(host),
            gpus.Any(gpu => gpu.Vendor == GpuVendor.Nvidia) ? Core.Vendors.Nvidia.ManagementLibrary.Find(host, configuration.LibrarySearchPaths) : null);
    }

    /// <returns><see langword="null"/> for a unit that is not there any more.</returns>
    public HeldUnit? Unit(string name) => _units.GetValueOrDefault(name);

    /// <summary>KFD's id of a GPU or partition.</summary>
    public uint? KfdId(Gpu gpu) => gpu.HipIndex is { } index && _kfd.TryGetValue(index, out var id) ? id : null;

    /// <summary>The regions of the dmem controller that are this unit's alone: partitions share their GPU's.</summary>
    public ImmutableArray<string> Regions(Gpu gpu) => gpu.Partition is null ? [.. DmemRegions.Of(gpu, _regions).Select(region => region.Name)] : [];
}
