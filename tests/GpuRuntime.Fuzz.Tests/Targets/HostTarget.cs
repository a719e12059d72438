using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Limits;
using GpuRuntime.Core.Requests;
using GpuRuntime.Core.Vendors;
using GpuRuntime.Fuzz.Tests.Contract;
using GpuRuntime.Fuzz.Tests.Inputs;

namespace GpuRuntime.Fuzz.Tests.Targets;

/// <summary>A host's sysfs, procfs and driver files: every vendor's GPUs, their links, their limits, and what a container gets that asks for all.</summary>
internal static class HostTarget
{
    public static void Run(ReadOnlySpan<byte> input)
    {
        var host = new RecordedHost(FileRecords.Parse(input));
        var gpus = VendorModules.Describe(host);
        Broken.Unless(gpus.Select(gpu => gpu.Id).Distinct().Count() == gpus.Length, "no two GPUs have one id");
        Broken.Unless(gpus.All(gpu => gpu.MemoryBytes is null or > 0), "a GPU's memory is not known or more than none");
        foreach (var link in VendorModules.Links(gpus, host))
            Broken.Unless(link.First != link.Second, "a link joins two GPUs");
        var facts = new LimitFacts(host, NoLimitHost.Instance, RuntimeConfiguration.Default);
        foreach (var unit in HeldUnit.Of(gpus))
            _ = (LimitTiers.OfMemory(unit, facts), LimitTiers.OfCompute(unit, facts));
        var request = RequestGrammar.Parse("all,capabilities=all,memory=1GiB,compute=50%", "--gpus")!;
        foreach (var asked in (GpuRequest[])[request with { MemoryLimitBytes = null, ComputePercent = null }, request])
            _ = ReaderContract.IsTaken(() => EditPlanner.Plan(asked, ContainerEnvironment.Empty, host, RuntimeConfiguration.Default, out _));
    }
}
