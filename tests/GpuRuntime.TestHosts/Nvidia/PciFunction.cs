namespace GpuRuntime.TestHosts;

/// <summary>One PCI function, its numbers in sysfs's spelling (0x10de).</summary>
internal sealed record PciFunction(
    string Address, string Vendor, string Device, string Class, string SubsystemVendor, string SubsystemDevice, string Revision,
    string Driver, int NumaNode, string Cpus, string LinkSpeed, string LinkWidth);
