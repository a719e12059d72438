using System.Collections.Immutable;

namespace GpuRuntime.TestHosts;

/// <summary>The PCI functions, their management engines, and what a physical function says of its virtual ones.</summary>
internal static class IntelSysfs
{
    private const int TotalVfs = 12;

    /// <param name="sys">The root of sysfs.</param>
    /// <param name="pci">The same root.</param>
    /// <param name="gpus">In the order of their PCI addresses.</param>
    public static void Write(string sys, PciTree pci, ImmutableArray<SimulatedIntelGpu> gpus)
    {
        foreach (var gpu in gpus)
        {
            ImmutableArray<string> virtualFunctions = [.. gpus.Where(other => other.PhysicalFunction == gpu.PciAddress).Select(other => other.PciAddress)];
            var function = new PciFunction
            {
                Address = gpu.PciAddress,
                Vendor = "0x8086",
                Device = gpu.DeviceId,
                Class = gpu.Class,
                SubsystemVendor = "0x8086",
                SubsystemDevice = "0x1100",
                Driver = gpu.Driver,
                NumaNode = gpu.NumaNode,
                IommuGroup = gpu.IommuGroup,
                Sriov = gpu.NumberOfVfs is { } count ? new SriovCapability(TotalVfs, count, virtualFunctions) : null,
                PhysicalFunction = gpu.PhysicalFunction,
            };
            var device = pci.Add(function, gpu.Drm);
            if (gpu.Mei is { } mei)
                AddManagementEngine(sys, device, gpu, mei);
            if (gpu.HasSensors)
                IntelSensorFiles.Write(device, gpu);
            AddProvisioning(device, gpu.VramQuotas, virtualFunctions);
        }
    }

    private static void AddManagementEngine(string sys, string device, SimulatedIntelGpu gpu, int number)
    {
        var location = PciLocation.Parse(gpu.PciAddress);
        // 2304 for 0000:09:00.0.
        var engine = Path.Combine(device, $"{gpu.Driver}.mei-gscfi.{(location.Domain << 16) | location.DeviceId}");
        var directory = Path.Combine(engine, $"mei/mei{number}");
        FileTree.Write(Path.Combine(engine, "uevent"), $"DRIVER=mei_gsc\nMODALIAS=auxiliary:{gpu.Driver}.mei-gscfi\n");
        FileTree.Write(Path.Combine(directory, "dev"), $"{DriverNumbers.Mei}:{number}\n");
        FileTree.Write(Path.Combine(directory, "uevent"), $"MAJOR={DriverNumbers.Mei}\nMINOR={number}\nDEVNAME=mei{number}\n");
        FileTree.Write(Path.Combine(directory, "kind"), "gscfi\n");
        FileTree.Link(Path.Combine(directory, "device"), "../..");
        FileTree.Link(Path.Combine(sys, "class/mei", $"mei{number}"), $"../../{Path.GetRelativePath(sys, directory)}");
    }

    // Virtual functions count from 0 in the PCI core's links and from 1 in xe's directory.
    private static void AddProvisioning(string device, ImmutableArray<ulong> quotas, ImmutableArray<string> virtualFunctions)
    {
        for (var i = 0; i < quotas.Length; i++)
        {
            var directory = Path.Combine(device, $"sriov_admin/vf{i + 1}");
            FileTree.Write(Path.Combine(directory, "profile/vram_quota"), $"{quotas[i]}\n");
            if (i < virtualFunctions.Length)
                FileTree.Link(Path.Combine(directory, "device"), $"../../../{virtualFunctions[i]}");
        }
    }
}
