namespace GpuRuntime.Agent.Nvml;

/// <summary>Memory of a GPU, in bytes. Inside a cgroup with a limit it is what the cgroup may use.</summary>
/// <param name="Reserved">What the driver and its firmware keep; <see langword="null"/> where <see cref="Used"/> counts it in (drivers before 510).</param>
internal sealed record NvmlMemory(ulong Total, ulong Used, ulong Free, ulong? Reserved);
