using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Linux.Processes;

namespace GpuRuntime.Checks;

/// <summary>The kernel, the low-level runtime, and the GPUs that requests can name.</summary>
internal static class HostChecks
{
    private static readonly Version LeastKernel = new(5, 12);

    public static IEnumerable<Finding> Run(RuntimeConfiguration configuration, ImmutableArray<Gpu> gpus) =>
        [Kernel(), Runtime(configuration), .. gpus.Select(Line)];

    private static Finding Line(Gpu gpu)
    {
        var name = gpu.Name ?? $"{gpu.Vendor.DisplayName()} GPU {gpu.PciId}".TrimEnd();
        var part = gpu.Partition is { } number ? $" partition {number}" : gpu.IsVirtualFunction ? " (virtual function)" : "";
        var driver = $"driver {gpu.Driver} {gpu.DriverVersion}".TrimEnd();
        return new Finding(gpu.Id, $"{name} at {gpu.PciAddress}{part}, {driver}, {Uuid(gpu)}{(gpu.HasCompute ? "" : ", no compute")}");
    }

    // NVIDIA's driver reads it from a GPU that it has started. Intel's have none, nor have AMD's that are part of the processor.
    private static string Uuid(Gpu gpu) => gpu.Uuid ?? (gpu.Vendor == GpuVendor.Nvidia ? "UUID unknown until it is first used" : "no UUID (name it by its PCI address)");

    private static Finding Kernel()
    {
        var release = Environment.OSVersion.Version;
        return release >= LeastKernel
            ? new Finding("kernel", $"Linux {release.Major}.{release.Minor}")
            : new Finding("kernel", $"Linux {release.Major}.{release.Minor} lacks system calls that keep paths inside a container's root", $"Use Linux {LeastKernel} or newer");
    }

    private static Finding Runtime(RuntimeConfiguration configuration)
    {
        var names = string.Join(", ", configuration.LowLevelRuntimes);
        return LowLevelRuntime.TryFind(configuration.LowLevelRuntimes, Environment.GetEnvironmentVariable("PATH")) is { } path
            ? new Finding("low-level runtime", path)
            : new Finding("low-level runtime", $"None of {names} is on PATH", "Install runc (or crun), or name one in lowLevelRuntimes of the configuration");
    }
}
