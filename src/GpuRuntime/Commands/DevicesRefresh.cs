using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Vendors.Nvidia;
using GpuRuntime.Linux.Paths;
using GpuRuntime.Linux.Processes;

namespace GpuRuntime.Commands;

/// <summary>Asks the vendors' own tools for what no file tells, and keeps it for listing and for selection.</summary>
internal static class DevicesRefresh
{
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.VendorToolFailed"/>, <see cref="ErrorCode.StateUnwritable"/>; what was kept before stays.</exception>
    public static void Run(RuntimeConfiguration configuration)
    {
        using var host = new LinuxHostRoot(configuration);
        // Only NVIDIA's driver keeps things from its files.
        if (NvidiaDriver.Read(host) is not { } driver)
            return;
        var files = new DriverFiles(host, driver.Version, configuration.LibrarySearchPaths);
        var program = files.Binary("nvidia-smi") ?? throw new GpuRuntimeException(
            ErrorCode.VendorToolFailed, $"nvidia-smi is not below {host.Locate(HostTree.Driver, "")}, and nothing else tells the UUIDs of MIG devices; install it (package nvidia-smi).");
        string[] directories = configuration.Driver == "/"
            ? []
            : [.. files.SearchedDirectories(LibraryArchitecture.X64).Select(directory => host.Locate(HostTree.Driver, directory))];
        var list = VendorTool.Read(program.HostPath, directories, "-L");
        var gpus = SmiReport.Parse(list, VendorTool.Read(program.HostPath, directories, "-q", "-x"));
        var links = gpus.Length < 2 ? [] : Links(program.HostPath, directories, list, gpus);
        new StateDirectory(configuration.StateDirectory).Keep(ReportedGpus.FileName, ReportedGpus.Format(gpus) + ReportedLinks.Format(links));
    }

    // Which GPUs are joined is good to know and nothing fails without it: an nvidia-smi that cannot tell spoils no refresh.
    private static ImmutableArray<ReportedLink> Links(string program, string[] directories, string list, ImmutableArray<ReportedGpu> gpus)
    {
        string reason;
        try
        {
            if (SmiTopology.Links(VendorTool.Read(program, directories, "topo", "-m"), list, gpus) is { } links)
                return links;
            reason = $"{program} topo -m printed no matrix of these GPUs";
        }
        catch (GpuRuntimeException exception) when (exception.Code == ErrorCode.VendorToolFailed)
        {
            reason = exception.Message;
        }

        Console.Error.WriteLine($"gpu-runtime: NVLink stays unknown, so that a count of GPUs does not go by it: {reason}");
        return [];
    }
}
