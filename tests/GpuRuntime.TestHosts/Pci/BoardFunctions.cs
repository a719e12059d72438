namespace GpuRuntime.TestHosts;

/// <summary>What a server has on the bus beside its GPUs.</summary>
internal static class BoardFunctions
{
    /// <summary>The ASPEED BMC's VGA function: what card0 is on most servers.</summary>
    public static readonly PciFunction Controller = new()
    {
        Address = "0000:03:00.0",
        Vendor = "0x1a03",
        Device = "0x2000",
        Class = "0x030000",
        SubsystemVendor = "0x1a03",
        SubsystemDevice = "0x2000",
        Revision = "0x41",
        Driver = "ast",
        LinkSpeed = "2.5 GT/s PCIe",
        LinkWidth = "1",
    };

    public const string ControllerConnector = "VGA-1";

    /// <summary>Something that is no GPU.</summary>
    public static readonly PciFunction NetworkCard = new()
    {
        Address = "0000:05:00.0",
        Vendor = "0x15b3",
        Device = "0x1021",
        Class = "0x020000",
        SubsystemVendor = "0x15b3",
        SubsystemDevice = "0x0023",
        Driver = "mlx5_core",
    };
}
