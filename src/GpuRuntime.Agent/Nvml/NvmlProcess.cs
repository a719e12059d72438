namespace GpuRuntime.Agent.Nvml;

/// <summary>A process that uses a GPU.</summary>
/// <param name="Pid">As the pid namespace numbers it that the calling process is in; of the MPS server, before MPS version 3, for all its clients.</param>
/// <param name="UsedBytes"><see langword="null"/> where the driver cannot tell.</param>
/// <param name="GpuInstance">Of a GPU in MIG mode.</param>
/// <param name="ComputeInstance">Of a GPU in MIG mode.</param>
internal sealed record NvmlProcess(uint Pid, ulong? UsedBytes, uint? GpuInstance, uint? ComputeInstance)
{
    public bool UsesCompute { get; init; }

    public bool UsesGraphics { get; init; }

    /// <summary>Whether both are of one process on one instance.</summary>
    public bool IsSame(NvmlProcess other) => Pid == other.Pid && GpuInstance == other.GpuInstance && ComputeInstance == other.ComputeInstance;
}
