using System.CommandLine;
using GpuRuntime.Core.Vendors;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Commands;

/// <summary><c>gpu-runtime devices</c>: the GPUs of this host and the names that requests can use.</summary>
internal static class DevicesCommand
{
    public static Command Create()
    {
        var config = AdminCommands.ConfigOption();
        var format = new Option<string>("--format") { Description = "table or json", DefaultValueFactory = _ => "table" };
        format.AcceptOnlyFromAmong("table", "json");
        var refresh = new Option<bool>("--refresh") { Description = "First ask nvidia-smi for what no file tells (UUIDs of MIG devices, memory, NVLink), and keep it for requests" };
        var command = new Command("devices", "List the GPUs of this host.") { config, format, refresh };
        command.SetAction(result => Run(result.GetValue(config), result.GetValue(format) == "json", result.GetValue(refresh)));
        return command;
    }

    private static int Run(string? config, bool json, bool refresh)
    {
        var configuration = AdminContext.Load(config).Values;
        if (refresh)
            DevicesRefresh.Run(configuration);
        using var host = new LinuxHostRoot(configuration);
        var gpus = VendorModules.Describe(host);
        if (json)
            Console.Out.WriteLine(DevicesJson.Write(gpus));
        else
            DevicesTable.Print(gpus, new PciNames(host));
        return 0;
    }
}
