using System.Globalization;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Monitoring;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Monitoring;

namespace GpuRuntime.Agent.Monitoring.Processes;

/// <summary>What KFD tells of a process and one GPU or partition, as it was read last.</summary>
internal sealed class KfdUse(int pid, uint gpuId, HeldUnit unit)
{
    private long? _copyMicroseconds;
    private TimeSpan _time;

    public HeldUnit Unit { get; set; } = unit;

    public uint GpuId => gpuId;

    /// <summary><see langword="null"/>: it does not use this GPU any more.</summary>
    public long? MemoryBytes { get; private set; }

    /// <summary>The part of the time that it kept the copy engines busy between the last two readings.</summary>
    public double? CopyRatio { get; private set; }

    /// <summary>The part of the GPU's compute units that it filled with waves at the moment of the reading.</summary>
    public double? ComputeRatio { get; private set; }

    /// <summary>It has memory on this GPU; KFD lists every GPU that a process could use.</summary>
    public bool IsUsed => MemoryBytes > 0;

    /// <returns>How many files were read.</returns>
    /// <exception cref="LinuxException">One cannot be read.</exception>
    public int Update(KernelFiles sys, TimeSpan now)
    {
        MemoryBytes = Number(sys, KfdProcess.MemoryFile(pid, gpuId));
        (CopyRatio, ComputeRatio) = (null, null);
        if (!IsUsed)
        {
            _copyMicroseconds = null;
            return 1;
        }

        var copied = Number(sys, KfdProcess.CopyFile(pid, gpuId));
        if (copied >= _copyMicroseconds && now > _time)
            CopyRatio = Math.Min((copied.Value - _copyMicroseconds.Value) / (now - _time).TotalMicroseconds, 1);
        (_copyMicroseconds, _time) = (copied, now);
        if (Unit.Gpu.ComputeUnits is { } units and > 0 && Number(sys, KfdProcess.OccupancyFile(pid, gpuId)) is { } occupied)
            ComputeRatio = Math.Min((double)occupied / units, 1);
        return 3;
    }

    private static long? Number(KernelFiles sys, string file) =>
        long.TryParse(sys.Read(file).AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
