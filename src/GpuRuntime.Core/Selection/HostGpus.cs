using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Selection;

/// <summary>The host's GPUs in a sentence, for messages.</summary>
public static class HostGpus
{
    private const int MostNamed = 16;

    public static string Describe(ImmutableArray<Gpu> host)
    {
        if (host.IsEmpty)
            return "no GPU with a driver";
        var named = string.Join(", ", host.Take(MostNamed).Select(Name));
        return host.Length > MostNamed ? $"{named} and {host.Length - MostNamed} more (gpu-runtime devices lists them)" : named;
    }

    private static string Name(Gpu gpu) =>
        gpu.IsEveryGpu ? $"{gpu.Id} (every GPU of WSL2, which has one node for all)"
        : gpu.Uuid is { } uuid ? $"{gpu.Id} ({uuid}, {gpu.PciAddress})" : $"{gpu.Id} ({gpu.PciAddress})";
}
