namespace GpuRuntime.Linux.Monitoring;

/// <summary>A process's open files at one moment.</summary>
/// <param name="Directory">Of this process, and of no other one as long as it is remembered.</param>
/// <param name="Count">How many; in a tree that stands for procfs, a number that changes with them.</param>
public readonly record struct OpenFiles(ulong Directory, ulong Count);
