using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using GpuRuntime.EndToEnd.Tests.Rows;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Vendors;

/// <summary>The GPUs of hosts in the order of gpu-runtime devices, each vendor's by PCI address and partition.</summary>
internal static class HostGpus
{
    private const string Kfd = "/dev/kfd";

    public static ImmutableArray<HostGpu> Of(TestMachine machine) => machine switch
    {
        MixedMachine mixed => Of(mixed.Host),
        CapturedMachine captured => Of(captured.Host),
        _ => throw new ArgumentException("a host of one vendor", nameof(machine)),
    };

    /// <summary>Those that these names mean, nodes once.</summary>
    public static ImmutableArray<string> NodesOf(this IEnumerable<HostGpu> gpus, params string[] ids) => [.. gpus.Named(ids).SelectMany(static gpu => gpu.Nodes).Distinct()];

    public static IEnumerable<HostGpu> Named(this IEnumerable<HostGpu> gpus, params string[] ids) => gpus.Where(gpu => ids.Contains(gpu.Id));

    public static ImmutableArray<HostGpu> Of(SimulatedHost host) =>
    [
        .. host.NvidiaGpus.Select(static gpu => Nvidia(gpu.Index, gpu.PciAddress, gpu.Minor, Drm(gpu.CardNumber, gpu.RenderNumber))),
        .. host.AmdPartitions.Select(static (partition, index) => Amd(
            index, partition.Slot is null ? partition.Gpu.PciAddress : null, partition.KfdNode is not null, Drm(partition.CardNumber, partition.RenderNumber))),
        .. host.IntelGpus.Where(static gpu => gpu.CardNumber is not null)
            .Select(static (gpu, index) => Intel(index, gpu.PciAddress, Drm(gpu.CardNumber!.Value, gpu.RenderNumber!.Value))),
    ];

    private static ImmutableArray<HostGpu> Of(CapturedHost host)
    {
        using var expected = host.Expected;
        var gpus = expected.RootElement.GetProperty("gpus").EnumerateArray().OrderBy(static gpu => Parent(gpu), StringComparer.Ordinal)
            .ThenBy(static gpu => Number(gpu, "partition")).ThenBy(static gpu => Number(gpu, "kfd_node")).ToList();
        return
        [
            .. gpus.Where(static gpu => Vendor(gpu) == "0x10de").Select((gpu, index) => Nvidia(index, Address(gpu)!, Minor(host, Address(gpu)!), Drm(gpu))),
            .. gpus.Where(static gpu => Vendor(gpu) is "0x1002" or null).Select(static (gpu, index) => Amd(index, Address(gpu), HasKfd(gpu), Drm(gpu))),
            .. gpus.Where(static gpu => Vendor(gpu) == "0x8086").Select(static (gpu, index) => Intel(index, Address(gpu)!, Drm(gpu))),
        ];
    }

    private static HostGpu Nvidia(int index, string address, int minor, ImmutableArray<string> drm) =>
        new($"nvidia:{index}", address, [$"/dev/nvidia{minor}", .. HostNodes.ForCompute], drm);

    private static HostGpu Amd(int index, string? address, bool computes, ImmutableArray<string> drm) => new($"amd:{index}", address, computes ? [Kfd, .. drm] : drm, drm);

    private static HostGpu Intel(int index, string address, ImmutableArray<string> drm) => new($"intel:{index}", address, drm, drm);

    private static ImmutableArray<string> Drm(int card, int render) => [$"/dev/dri/card{card}", $"/dev/dri/renderD{render}"];

    private static ImmutableArray<string> Drm(JsonElement gpu) => [.. Nodes(gpu).Where(static node => node != Kfd).Order(StringComparer.Ordinal)];

    private static bool HasKfd(JsonElement gpu) => Nodes(gpu).Contains(Kfd);

    private static IEnumerable<string> Nodes(JsonElement gpu) => gpu.GetProperty("nodes").EnumerateArray().Select(static node => node.GetString()!);

    private static string? Vendor(JsonElement gpu) => gpu.GetProperty("vendor").GetString();

    // A partition is named by its platform device.
    private static string? Address(JsonElement gpu) => gpu.GetProperty("addr").GetString() is { } address && address.Contains(':', StringComparison.Ordinal) ? address : null;

    private static string Parent(JsonElement gpu) => (gpu.TryGetProperty("parent", out var parent) ? parent : gpu.GetProperty("addr")).GetString()!;

    private static int Number(JsonElement gpu, string member) => gpu.TryGetProperty(member, out var number) ? number.GetInt32() : 0;

    private static int Minor(CapturedHost host, string address)
    {
        const string key = "Device Minor:";
        var line = File.ReadLines(Path.Combine(host.ProcRoot, "driver/nvidia/gpus", address, "information")).Single(static line => line.StartsWith(key, StringComparison.Ordinal));
        return int.Parse(line[key.Length..].Trim(), NumberStyles.None, CultureInfo.InvariantCulture);
    }
}
