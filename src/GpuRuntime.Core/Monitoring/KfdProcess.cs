using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Vendors.Amd;

namespace GpuRuntime.Core.Monitoring;

/// <summary>
/// What AMD's compute driver tells of the processes that use it, in <c>/sys/class/kfd/kfd/proc/PID/vram_GPUID</c>: bytes of device memory. Its pids
/// are the host's, its GPU ids those of its topology, of which each partition has one. Source: drivers/gpu/drm/amd/amdkfd/kfd_process.c.
/// </summary>
public static class KfdProcess
{
    /// <summary>Where its processes are, in <see cref="HostTree.Sys"/>.</summary>
    public const string Directory = "class/kfd/kfd/proc";

    /// <summary>The file of a process and a GPU, in <see cref="HostTree.Sys"/>.</summary>
    public static string MemoryFile(int pid, uint gpuId) => string.Create(CultureInfo.InvariantCulture, $"{Directory}/{pid}/vram_{gpuId}");

    /// <summary>The directory of a process, in <see cref="HostTree.Sys"/>.</summary>
    public static string DirectoryOf(int pid) => string.Create(CultureInfo.InvariantCulture, $"{Directory}/{pid}");

    /// <summary>KFD's ids of the GPUs that a process could use: those of which its directory has a file for memory.</summary>
    /// <param name="names">In the directory.</param>
    public static ImmutableArray<uint> GpusOf(IEnumerable<string> names)
    {
        const string prefix = "vram_";
        var ids = ImmutableArray.CreateBuilder<uint>();
        foreach (var name in names)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal) && uint.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                ids.Add(id);
        }

        return ids.DrainToImmutable();
    }

    /// <summary>How long the process has kept the GPU's copy engines (SDMA) busy, in microseconds.</summary>
    public static string CopyFile(int pid, uint gpuId) => string.Create(CultureInfo.InvariantCulture, $"{Directory}/{pid}/sdma_{gpuId}");

    /// <summary>How many compute units' worth of waves the process has on the GPU at this moment.</summary>
    public static string OccupancyFile(int pid, uint gpuId) => string.Create(CultureInfo.InvariantCulture, $"{Directory}/{pid}/stats_{gpuId}/cu_occupancy");

    /// <summary>KFD's ids of the GPUs and partitions that it knows, by <see cref="Gpu.HipIndex"/>.</summary>
    public static ImmutableDictionary<int, uint> GpuIds(IHostRoot host)
    {
        var ids = ImmutableDictionary.CreateBuilder<int, uint>();
        foreach (var node in KfdTopology.Read(host))
        {
            var text = host.ReadText(HostTree.Sys, string.Create(CultureInfo.InvariantCulture, $"{KfdTopology.Directory}/{node.Number}/gpu_id"));
            if (uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0)
                ids[node.HipIndex] = id;
        }

        return ids.ToImmutable();
    }

    /// <returns>Bytes; <see langword="null"/> for what is no amount.</returns>
    public static long? ParseMemory(ReadOnlySpan<char> text) =>
        long.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : null;
}
