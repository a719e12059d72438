using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Allocation;

/// <summary>A GPU that may be given to a container that asks for a number of them.</summary>
/// <param name="Holders">How many containers hold it now, 0 or more.</param>
public sealed record PlacementCandidate(Gpu Gpu, int Holders);
