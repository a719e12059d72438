using System.Collections.Immutable;
using GpuRuntime.Core.Limits;

namespace GpuRuntime.Core.Edits;

/// <summary>What holds a container to its limits, beside nodes, mounts and variables.</summary>
/// <param name="Unified">Values of its cgroup of version 2.</param>
/// <param name="NvidiaMemory">Limits that our agent has NVIDIA's driver set; <see langword="null"/> for none.</param>
/// <param name="Notes">What the container, and who looks at it, are told.</param>
public sealed record ContainerLimits(ImmutableArray<CgroupValue> Unified, NvidiaMemoryLimit? NvidiaMemory, ImmutableArray<LimitNote> Notes);

/// <summary>One fact of a container's limits, as a variable of its environment and as an annotation.</summary>
public sealed record LimitNote(string Variable, string Annotation, string Value);
