using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Agent.Limits;

/// <summary>What one container may use of one GPU's memory.</summary>
/// <param name="Bytes">At least 1.</param>
internal sealed record GpuLimit(PciAddress Gpu, ulong Bytes);
