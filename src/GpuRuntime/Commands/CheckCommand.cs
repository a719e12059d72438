using System.CommandLine;
using GpuRuntime.Checks;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Vendors;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Commands;

/// <summary><c>gpu-runtime check</c>: looks at everything between a container and its GPU, and names the cure of each problem.</summary>
internal static class CheckCommand
{
    private const int AllWell = 0;
    private const int Problems = 1;
    private const int CouldNotLook = 2;

    public static Command Create()
    {
        var config = AdminCommands.ConfigOption();
        var command = new Command("check", "Look for what keeps containers from their GPUs, and say how to mend it. Exits 0 if all is well, 1 on problems, 2 if it could not look.") { config };
        command.SetAction(result => Run(result.GetValue(config)));
        return command;
    }

    private static int Run(string? config)
    {
        RuntimeConfiguration configuration;
        try
        {
            configuration = AdminContext.Load(config).Values;
        }
        catch (GpuRuntimeException exception)
        {
            Console.Error.WriteLine($"gpu-runtime: {exception.UserLine}");
            return CouldNotLook;
        }

        using var host = new LinuxHostRoot(configuration);
        if (host.List(Core.Inventory.HostTree.Proc, "").IsEmpty)
        {
            Console.Error.WriteLine($"gpu-runtime: {host.Locate(Core.Inventory.HostTree.Proc, "")} cannot be read, so that there is nothing to look at; mount it, or set host.proc in the configuration.");
            return CouldNotLook;
        }

        var problems = 0;
        foreach (var finding in Findings(host, configuration))
        {
            Print(finding);
            problems += finding.Cure is null ? 0 : 1;
        }

        Console.Out.WriteLine(problems == 0 ? "All well." : problems == 1 ? "1 problem." : $"{problems} problems.");
        return problems == 0 ? AllWell : Problems;
    }

    private static IEnumerable<Finding> Findings(LinuxHostRoot host, RuntimeConfiguration configuration)
    {
        var gpus = VendorModules.Describe(host);
        return
        [
            .. HostChecks.Run(configuration, gpus),
            .. PciChecks.Run(host, gpus),
            .. IntegratedGpuChecks.Run(gpus),
            .. VirtualFunctionChecks.Run(host, gpus),
            .. IommuChecks.Run(host, gpus),
            .. NvidiaChecks.Run(host, configuration),
            .. KfdChecks.Run(host, gpus),
            .. PartitionChecks.Run(host, gpus),
            .. DrmNodeChecks.Run(host, gpus),
            .. LimitChecks.Run(host, configuration, gpus),
            .. HealthChecks.Run(configuration),
            .. CdiChecks.Run(host, configuration),
            .. EngineChecks.Run(),
        ];
    }

    private static void Print(Finding finding)
    {
        const int topicWidth = 20;
        Console.Out.WriteLine($"{(finding.Cure is null ? "ok     " : "PROBLEM")}  {finding.Topic.PadRight(topicWidth)}  {PrintableText.Of(finding.What)}");
        if (finding.Cure is { } cure)
            Console.Out.WriteLine($"         {"".PadRight(topicWidth)}  -> {PrintableText.Of(cure)}");
    }
}
