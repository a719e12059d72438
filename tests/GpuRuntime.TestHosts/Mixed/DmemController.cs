using System.Collections.Immutable;

namespace GpuRuntime.TestHosts;

/// <summary>The root cgroup's dmem.capacity.</summary>
internal static class DmemController
{
    public static void Write(string sys, ImmutableArray<SimulatedAmdGpu> amd, ImmutableArray<SimulatedIntelGpu> intel) =>
        FileTree.Write(Path.Combine(sys, "fs/cgroup/dmem.capacity"), string.Concat(
        [
            .. intel.Where(gpu => gpu.Driver == "xe").SelectMany(gpu => gpu.TileBytes.Select((bytes, tile) => $"drm/{gpu.PciAddress}/vram{tile} {bytes}\n")),
            .. amd.Where(gpu => gpu.IsAmdgpu).Select(gpu => $"drm/{gpu.PciAddress}/vram {gpu.VramBytes}\n"),
        ]));
}
