using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Limits;

/// <summary>An instance of a GPU that the hardware keeps apart and nobody else holds. It may be larger than the limit: it is what holds.</summary>
internal sealed class HardwareTier : IMemoryTier
{
    public LimitTier Tier => LimitTier.Hardware;

    public string? Missing(MemoryQuestion question) => question.Unit switch
    {
        { IsInstance: false } => $"{question.Unit.Id} is a whole GPU",
        { MemoryBytes: null } unit => $"how much memory {unit.Id} has is not known{(unit.Gpu.Vendor == GpuVendor.Nvidia ? " (gpu-runtime devices --refresh asks nvidia-smi)" : "")}",
        { MemoryBytes: { } bytes } unit when bytes < question.Bytes => $"{unit.Id} has no more than {MemoryText.Of(bytes)}",
        _ => question.Use.Holders > 0 ? $"another container holds {question.Unit.Id} too" : null,
    };

    public long Enforced(MemoryQuestion question) => question.Unit.MemoryBytes!.Value;

    public LimitPlan Add(LimitPlan plan, IReadOnlyList<HeldUnit> units, long bytes, LimitFacts facts) => plan;
}
