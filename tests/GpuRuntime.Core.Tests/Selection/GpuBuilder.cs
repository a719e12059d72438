using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Requests;
using GpuRuntime.Core.Selection;

namespace GpuRuntime.Core.Tests.Selection;

/// <summary>GPUs that no simulated host has yet: other vendors', mixed ones, odd UUIDs.</summary>
internal static class GpuBuilder
{
    public static ImmutableArray<Gpu> Mixed { get; } =
    [
        Gpu(GpuVendor.Nvidia, 0, "0000:09:00.0", "GPU-00000000-1111-2222-3333-444444444400"),
        Gpu(GpuVendor.Amd, 0, "0000:0c:00.0", "0x0a6d7e1ef9b172dd"),
        Gpu(GpuVendor.Amd, 1, "0000:0d:00.0", "0x0a6d7e1e00000001"),
        Gpu(GpuVendor.Intel, 0, "0000:0b:00.0", null),
    ];

    public static Gpu Gpu(GpuVendor vendor, int index, string address, string? uuid) =>
        new() { Vendor = vendor, Index = index, PciAddress = PciAddress.Parse(address)!.Value, Uuid = uuid };

    /// <summary>The ids of what a request in our own grammar selects.</summary>
    public static string Selected(this ImmutableArray<Gpu> host, string request) => host.Selected(RequestGrammar.Parse(request, RequestReader.GpusVariable)!);

    /// <summary>The ids of what an environment selects, and "nothing" when, seen with the host, nothing was asked for.</summary>
    public static string SelectedBy(this ImmutableArray<Gpu> host, params string[] environment) => host.SelectedBy(RuntimeConfiguration.Default, environment);

    public static string SelectedBy(this ImmutableArray<Gpu> host, RuntimeConfiguration configuration, params string[] environment)
    {
        var facts = new ContainerFacts { Environment = new ContainerEnvironment(environment) };
        return RequestReader.Read(facts, configuration, out _) is { } request ? host.Selected(request, configuration) : "nothing";
    }

    /// <summary>What the admin is told of an environment's request.</summary>
    public static ImmutableArray<string> WarningsOf(this ImmutableArray<Gpu> host, params string[] environment)
    {
        var facts = new ContainerFacts { Environment = new ContainerEnvironment(environment) };
        return GpuSelection.Select(RequestReader.Read(facts, RuntimeConfiguration.Default, out _)!, host, RuntimeConfiguration.Default).Warnings;
    }

    private static string Selected(this ImmutableArray<Gpu> host, GpuRequest request, RuntimeConfiguration? configuration = null) =>
        GpuSelection.Select(request, host, configuration ?? RuntimeConfiguration.Default) is { IsNothing: false } selected ? string.Join(' ', selected.Gpus.Select(gpu => gpu.Id)) : "nothing";
}
