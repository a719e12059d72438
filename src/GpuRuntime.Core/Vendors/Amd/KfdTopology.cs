using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.Amd;

/// <summary>
/// A GPU of KFD, the compute driver, from <c>/sys/class/kfd/kfd/topology/nodes/N/properties</c> (lines of <c>name value</c>, decimal).
/// </summary>
/// <param name="Number">The topology node's number.</param>
/// <param name="HipIndex">Position among the GPU nodes: the index of ROCm.</param>
/// <param name="RenderMinor">Minor of the DRM render node that this is the compute side of; 0 where the kernel does not say.</param>
/// <param name="Domain">PCI domain; old kernels do not print it, which means 0.</param>
/// <param name="UniqueId">0 for GPUs that have none.</param>
public sealed record KfdNode(int Number, int HipIndex, int RenderMinor, uint Domain, uint LocationId, ulong UniqueId)
{
    /// <summary>The PCI function; where a device has several nodes, the function's place counts its partitions instead.</summary>
    public PciAddress Address => new(Domain, (byte)(LocationId >> 8), (byte)((LocationId >> 3) & 0x1f), (byte)Partition);

    /// <summary>The partition's number on its device, where that has several.</summary>
    public int Partition => (int)(LocationId & 7);

    /// <summary>Its compute units; <see langword="null"/> where the kernel does not print what they are counted from.</summary>
    public int? ComputeUnits { get; init; }

    /// <summary>Whether its compute units come in pairs (RDNA, gfx10 and later); <see langword="null"/> where the kernel does not print the version.</summary>
    public bool? HasPairedComputeUnits { get; init; }

    /// <summary>The XGMI hive that it belongs to; 0 for none.</summary>
    public ulong Hive { get; init; }
}

public static class KfdTopology
{
    /// <summary>Where its nodes are, in <see cref="HostTree.Sys"/>.</summary>
    public const string Directory = "class/kfd/kfd/topology/nodes";

    // gfx10: the version's digits are major * 10000 + minor * 100 + step.
    private const ulong FirstPairedTarget = 100000;

    /// <summary>The GPU nodes in KFD's order. Nodes that may not be read, as in a restricted cgroup, are not there.</summary>
    public static ImmutableArray<KfdNode> Read(IHostRoot host)
    {
        var numbers = new List<int>();
        foreach (var name in host.List(HostTree.Sys, Directory))
        {
            if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                numbers.Add(number);
        }

        numbers.Sort();
        var nodes = ImmutableArray.CreateBuilder<KfdNode>();
        foreach (var number in numbers)
        {
            if (host.ReadText(HostTree.Sys, string.Create(CultureInfo.InvariantCulture, $"{Directory}/{number}/properties")) is { } text
                && Parse(text, number, nodes.Count) is { } node)
                nodes.Add(node);
        }

        return nodes.ToImmutable();
    }

    /// <returns><see langword="null"/> for a node that is a processor.</returns>
    public static KfdNode? Parse(string properties, int number, int hipIndex)
    {
        ulong simds = 0, simdsOfUnit = 0, target = 0, render = 0, unique = 0, hive = 0;
        uint domain = 0, location = 0;
        foreach (var line in properties.AsSpan().EnumerateLines())
        {
            var space = line.IndexOf(' ');
            if (space <= 0 || !ulong.TryParse(line[(space + 1)..].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
                continue;
            switch (line[..space])
            {
                case "simd_count": simds = value; break;
                case "simd_per_cu": simdsOfUnit = value; break;
                case "gfx_target_version": target = value; break;
                case "hive_id": hive = value; break;
                case "drm_render_minor": render = value; break;
                case "domain" when value <= uint.MaxValue: domain = (uint)value; break;
                case "location_id" when value <= uint.MaxValue: location = (uint)value; break;
                case "unique_id": unique = value; break;
            }
        }

        if (simds == 0 && target == 0)
            return null;
        return new KfdNode(number, hipIndex, (int)Math.Min(render, int.MaxValue), domain, location, unique)
        {
            ComputeUnits = simdsOfUnit > 0 && simds / simdsOfUnit is > 0 and <= int.MaxValue ? (int)(simds / simdsOfUnit) : null,
            HasPairedComputeUnits = target > 0 ? target >= FirstPairedTarget : null,
            Hive = hive,
        };
    }
}
