using System.Collections.Immutable;
using System.CommandLine;
using GpuRuntime.Core.Inventory;
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
        var command = new Command("devices", "List the GPUs of this host.") { config, format };
        command.SetAction(result => Run(result.GetValue(config), result.GetValue(format) == "json"));
        return command;
    }

    private static int Run(string? config, bool json)
    {
        using var host = new LinuxHostRoot(AdminContext.Load(config).Values);
        var gpus = VendorModules.Discover(host);
        if (json)
            Console.Out.WriteLine(DevicesJson.Write(gpus));
        else
            PrintTable(gpus);
        return 0;
    }

    private static void PrintTable(ImmutableArray<Gpu> gpus)
    {
        if (gpus.IsEmpty)
        {
            Console.Out.WriteLine("This host has no GPU with a driver that this version knows. gpu-runtime check says why.");
            return;
        }

        TextTable.Print(
            ["ID", "NAME", "UUID", "PCI ADDRESS", "DRIVER", "NUMA", "NODES"],
            gpus.Select(gpu => (string[])
            [
                gpu.Id, gpu.Name ?? "-", gpu.Uuid ?? "-", gpu.PciAddress.ToString(), $"{gpu.Driver} {gpu.DriverVersion}".Trim(),
                gpu.NumaNode?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "-",
                string.Join(' ', gpu.DeviceNodes.Concat(gpu.DrmNodes).Select(node => node.Path)),
            ]));
    }
}
