using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Limits;

/// <summary>
/// The kernel counts, by cgroup: its dmem controller for amdgpu and xe, NVIDIA's driver (r615 or newer) by a call of NVML. Nothing goes by
/// versions: what counts is that the controller, the region or the function is there.
/// </summary>
internal sealed class KernelTier : IMemoryTier
{
    private const string LimitFile = "dmem.max";
    private const string MemoryFile = "memory.max";
    private const string OneLineRuntime = "youki";

    public LimitTier Tier => LimitTier.Kernel;

    public string? Missing(MemoryQuestion question)
    {
        if (question.Facts.Unified is not { } unified)
            return $"cgroup version 2 is not mounted at {question.Facts.Root.Locate(HostTree.Sys, UnifiedHierarchy.Directory)}";
        return question.Unit.Gpu.Vendor == GpuVendor.Nvidia ? MissingOfNvidia(question) : MissingOfDmem(question, unified);
    }

    public long Enforced(MemoryQuestion question) => question.Bytes;

    public LimitPlan Add(LimitPlan plan, IReadOnlyList<HeldUnit> units, long bytes, LimitFacts facts)
    {
        List<HeldUnit> nvidia = [.. units.Where(unit => unit.Gpu.Vendor == GpuVendor.Nvidia)];
        List<HeldUnit> others = [.. units.Where(unit => unit.Gpu.Vendor != GpuVendor.Nvidia)];
        if (nvidia.Count > 0)
        {
            plan = plan with
            {
                NvidiaMemory = new NvidiaMemoryLimit(
                    facts.Host.AgentProgram!, facts.DriverLimits.Library!, [.. nvidia.Select(unit => new GpuMemoryLimit(unit.Gpu.PciAddress, bytes))]),
            };
        }

        if (others.Count == 0)
            return plan;
        plan = plan with { Unified = plan.Unified.Add(new CgroupValue(LimitFile, [.. Lines(others, bytes, facts)])) };
        // What finds no room in a capped VRAM moves into the host's memory.
        return facts.Configuration.SpillMemoryBytes is { } spill ? plan with { Unified = plan.Unified.Add(new CgroupValue(MemoryFile, [$"{spill}"])) } : plan;
    }

    // A region is a device with all of its partitions: those of one container have their limits together.
    private static IEnumerable<string> Lines(IEnumerable<HeldUnit> units, long bytes, LimitFacts facts)
    {
        foreach (var device in units.GroupBy(unit => unit.Gpu.PciAddress.ToString()))
        {
            var regions = DmemRegions.Of(device.First().Gpu, facts.Unified!.Regions);
            var share = bytes * device.Count() / regions.Length / MemoryText.Mebibyte * MemoryText.Mebibyte;
            foreach (var region in regions)
                yield return $"{region.Name} {share}";
        }
    }

    private static string? MissingOfDmem(MemoryQuestion question, UnifiedHierarchy unified)
    {
        if (!unified.HasDmem)
            return "this kernel has no dmem controller (Linux 6.14 or newer, CONFIG_CGROUP_DMEM)";
        var regions = DmemRegions.Of(question.Unit.Gpu, unified.Regions);
        if (regions.IsEmpty)
            return $"the driver {question.Unit.Gpu.Driver} has registered no memory of {question.Unit.Id} with the dmem controller";
        if (question.Bytes / regions.Length < MemoryText.Mebibyte)
            return $"{MemoryText.Of(question.Bytes)} are less than 1 MiB for each of the {regions.Length} tiles of {question.Unit.Id}";
        return question.Facts.Host.LowLevelRuntime == OneLineRuntime && regions.Length > 1 ? $"{OneLineRuntime} sets one region only, and {question.Unit.Id} has {regions.Length}" : null;
    }

    private static string? MissingOfNvidia(MemoryQuestion question)
    {
        if (question.Unit.MigDevice is not null)
            return "NVIDIA's driver takes no limit for MIG devices";
        if (question.Facts.Host.AgentProgram is null)
            return "gpu-runtime-agent, which sets the driver's limits, is not installed beside gpu-runtime";
        return question.Facts.DriverLimits switch
        {
            { Library: null } => "the driver's libnvidia-ml is not found",
            { AreTaken: false, Library: { } library } => $"{library} has no {NvidiaMemoryLimit.Symbol} (driver r615 or newer)",
            _ => null,
        };
    }
}
