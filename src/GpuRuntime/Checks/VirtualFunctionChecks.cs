using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Vendors.Intel;

namespace GpuRuntime.Checks;

/// <summary>SR-IOV: physical functions that share themselves out, and whether their virtual functions have memory.</summary>
internal static class VirtualFunctionChecks
{
    public static IEnumerable<Finding> Run(IHostRoot host, ImmutableArray<Gpu> gpus)
    {
        foreach (var gpu in gpus.Where(gpu => gpu.OffersVirtualFunctions).DistinctBy(gpu => gpu.PciAddress))
        {
            var physical = new PciFunction(host, gpu.PciAddress);
            var functions = physical.VirtualFunctions.ToList();
            yield return Shared(gpu, functions);
            for (var index = 0; index < functions.Count; index++)
            {
                // Those of virtual machines are not ours to judge.
                var attribute = XeMemory.QuotaAttribute(index + 1);
                if (!functions[index].IsHandedToVirtualMachines && physical.Text(attribute) == "0")
                    yield return new Finding(
                        $"pci {functions[index].Address}", $"Virtual function of {gpu.Id} without device memory: its quota is 0",
                        $"Write its share in bytes to {host.Locate(HostTree.Sys, $"{physical.Directory}/{attribute}")} (echo 4294967296 > ...), then bind its driver anew");
            }
        }
    }

    private static Finding Shared(Gpu gpu, List<PciFunction> functions)
    {
        var machines = functions.Count(function => function.IsHandedToVirtualMachines);
        var count = functions.Count == 1 ? "1 virtual function" : $"{functions.Count} virtual functions";
        return new Finding(
            "sr-iov",
            $"{gpu.Id} at {gpu.PciAddress} shares itself out through {count}{(machines > 0 ? $", {machines} of them for virtual machines" : "")}: "
            + "containers get it only by its name or address, not with all or a count");
    }
}
