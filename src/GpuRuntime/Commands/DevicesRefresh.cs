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
        var gpus = SmiReport.Parse(
            VendorTool.Read(program.HostPath, directories, "-L"), VendorTool.Read(program.HostPath, directories, "-q", "-x"));
        new StateDirectory(configuration.StateDirectory).Keep(ReportedGpus.FileName, ReportedGpus.Format(gpus));
    }
}
