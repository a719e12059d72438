using System.CommandLine;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Swarm;
using GpuRuntime.Core.Vendors;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Commands;

/// <summary><c>gpu-runtime swarm</c>: what Docker Swarm must know of this node.</summary>
internal static class SwarmCommand
{
    public static Command Create() => new("swarm", "Schedule services by GPU with Docker Swarm.") { CreateAdvertise() };

    private static Command CreateAdvertise()
    {
        var config = AdminCommands.ConfigOption();
        var vendor = new Option<string?>("--vendor") { Description = "Only the GPUs of nvidia, amd or intel" };
        vendor.AcceptOnlyFromAmong("nvidia", "amd", "intel");
        var command = new Command("advertise", "Print the part of Docker's daemon.json that tells Swarm of this node's GPUs, one by one.") { vendor, config };
        command.SetAction(result => Advertise(result.GetValue(config), GpuVendors.Parse(result.GetValue(vendor))));
        return command;
    }

    private static int Advertise(string? config, GpuVendor? vendor)
    {
        using var host = new LinuxHostRoot(AdminContext.Load(config).Values);
        Console.Out.WriteLine(DaemonFragment.Of(SwarmAdvertisement.Of(VendorModules.Identify(host), vendor)));
        return 0;
    }
}
