namespace GpuRuntime.Core.Allocation;

/// <summary>A process, and no later one with its number.</summary>
/// <param name="StartTime">Clock ticks after boot, field 22 of <c>/proc/PID/stat</c>.</param>
public sealed record ProcessIdentity(int Pid, long StartTime);
