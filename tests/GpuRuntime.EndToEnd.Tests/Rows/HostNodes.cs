using System.Collections.Immutable;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>Device nodes that containers must have, as paths in the container.</summary>
internal static class HostNodes
{
    public const string Control = "/dev/nvidiactl";
    public const string Modeset = "/dev/nvidia-modeset";

    /// <summary>What every CUDA program opens beside its GPUs.</summary>
    public static readonly ImmutableArray<string> ForCompute = [Control, "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools"];

    /// <summary>The nodes of GPUs by index, whose minors are other numbers.</summary>
    public static IEnumerable<string> OfGpus(SimulatedNvidiaHost host, params IEnumerable<int> indexes) =>
        indexes.Select(index => $"/dev/nvidia{host.Gpus[index].Minor}");

    public static IEnumerable<string> OfAllGpus(SimulatedNvidiaHost host) => OfGpus(host, host.Gpus.Select(static gpu => gpu.Index));

    public static IEnumerable<string> ForDisplay(SimulatedNvidiaHost host, params IEnumerable<int> indexes) =>
        indexes.SelectMany(index => (string[])[$"/dev/dri/card{host.Gpus[index].CardNumber}", $"/dev/dri/renderD{host.Gpus[index].RenderNumber}"]);

    public static IEnumerable<string> ByPathLinks(SimulatedNvidiaHost host, params IEnumerable<int> indexes) =>
        indexes.SelectMany(index => (string[])[$"pci-{host.Gpus[index].PciAddress}-card", $"pci-{host.Gpus[index].PciAddress}-render"]);
}
