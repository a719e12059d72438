using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Cdi.Generation;

/// <summary>A specification of one vendor's GPUs as they are now.</summary>
/// <param name="Nodes">The nodes that it names: engines need them on the host.</param>
/// <param name="Warnings">What was left out, and why.</param>
public sealed record GeneratedSpec(CdiSpec Spec, ImmutableArray<DeviceNode> Nodes, ImmutableArray<string> Warnings);
