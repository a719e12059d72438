using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Limits;

/// <summary>Libraries of ours in the place of CUDA's and NVML's: a program that goes by them keeps to the limit, one that wants to escape can.</summary>
internal sealed class CooperativeTier : IMemoryTier
{
    public LimitTier Tier => LimitTier.Cooperative;

    public string? Missing(MemoryQuestion question) => question.Unit switch
    {
        { Gpu.Vendor: not GpuVendor.Nvidia } unit => $"there are libraries for CUDA only, and {unit.Id} is {unit.Gpu.Vendor.DisplayName()}'s",
        { MigDevice: not null } unit => $"{unit.Id} is a MIG device",
        _ => question.Facts.Host.CooperativeLibraries is null ? "its libraries are not installed (lib/gpu-runtime/cooperative beside our bin directory)" : null,
    };

    public long Enforced(MemoryQuestion question) => question.Bytes;

    public LimitPlan Add(LimitPlan plan, IReadOnlyList<HeldUnit> units, long bytes, LimitFacts facts) => plan with
    {
        Cooperative = new CooperativeLimit(facts.Host.CooperativeLibraries!, [.. units.Select(unit => new GpuMemoryLimit(unit.Gpu.PciAddress, bytes))]),
    };
}
