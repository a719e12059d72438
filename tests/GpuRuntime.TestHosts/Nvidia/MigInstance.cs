namespace GpuRuntime.TestHosts;

/// <summary>A compute instance of a MIG-enabled GPU.</summary>
public sealed record MigInstance(int GpuInstance, int ComputeInstance);
