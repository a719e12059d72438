using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Checks;

/// <summary>On hosts that hand devices to virtual machines: whether a container's GPU is bound up with such a device.</summary>
internal static class IommuChecks
{
    public static IEnumerable<Finding> Run(IHostRoot host, ImmutableArray<Gpu> gpus)
    {
        if (gpus.IsEmpty || !host.List(HostTree.Sys, "bus/pci/drivers").Any(driver => PciFunction.IsForVirtualMachines(driver) && !PciFunction.BoundTo(host, driver).IsEmpty))
            yield break;
        var problems = 0;
        foreach (var gpu in gpus.DistinctBy(gpu => gpu.PciAddress))
        {
            var function = new PciFunction(host, gpu.PciAddress);
            var others = function.IommuGroupMembers.Where(other => other.IsHandedToVirtualMachines && !IsPartOf(gpu.PciAddress, other)).ToList();
            if (others.Count == 0)
                continue;
            problems++;
            yield return new Finding(
                $"iommu group {function.IommuGroup}",
                $"{gpu.Id} at {gpu.PciAddress} shares it with {NameList.Of(others.Select(other => $"{other.Address} ({other.Driver})"))}: a group goes to one machine as a whole, so that the virtual machine does not start while {gpu.Id} has its driver",
                "Hand over the whole group or nothing of it, or move one of them to a slot whose group is its own (ACS in the firmware's settings)");
        }

        if (problems == 0)
            yield return new Finding("iommu groups", "No GPU is in a group with a device that is handed to virtual machines");
    }

    // A card's audio function comes with it. Its virtual functions are devices of their own.
    private static bool IsPartOf(PciAddress gpu, PciFunction other) => other.Address with { Function = gpu.Function } == gpu && !other.IsVirtualFunction;
}
