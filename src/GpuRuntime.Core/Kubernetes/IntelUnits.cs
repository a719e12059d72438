using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Kubernetes;

/// <summary>Intel's GPUs under the names that Intel's own plugin gives them, by the driver: i915 and xe take different user-space files.</summary>
internal static class IntelUnits
{
    public static IEnumerable<OfferedUnit> Of(ImmutableArray<Gpu> gpus) => HeldUnit.Of(gpus).Select(unit => new OfferedUnit($"gpu.intel.com/{unit.Gpu.Driver ?? "xe"}", unit));
}
