using GpuRuntime.Core.Allocation;

namespace GpuRuntime.Core.Kubernetes;

/// <summary>A unit that pods can ask for, and the resource that it counts to.</summary>
internal sealed record OfferedUnit(string Resource, HeldUnit Unit);
