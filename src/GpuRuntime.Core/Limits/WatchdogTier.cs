using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Limits;

/// <summary>The agent measures what the container uses and ends it when that stays above the limit. What to watch stands in the ledger.</summary>
internal sealed class WatchdogTier : IMemoryTier
{
    public LimitTier Tier => LimitTier.Watchdog;

    public string? Missing(MemoryQuestion question) => question.Facts.Watchdog switch
    {
        null => "gpu-runtime-agent is not running (systemctl start gpu-runtime-agent)",
        { } state when !state.Vendors.Contains(question.Unit.Gpu.Vendor) => $"gpu-runtime-agent cannot measure the memory of {question.Unit.Gpu.Vendor.DisplayName()}'s GPUs here, as its log says",
        _ => null,
    };

    public long Enforced(MemoryQuestion question) => question.Bytes;

    public LimitPlan Add(LimitPlan plan, IReadOnlyList<HeldUnit> units, long bytes, LimitFacts facts) => plan;
}
