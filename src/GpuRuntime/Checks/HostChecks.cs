using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Vendors;
using GpuRuntime.Core.Vendors.Nvidia;
using GpuRuntime.Linux.Processes;

namespace GpuRuntime.Checks;

/// <summary>The kernel, the low-level runtime, and the GPUs that the PCI bus has whether a driver is bound or not.</summary>
internal static class HostChecks
{
    private static readonly Version LeastKernel = new(5, 12);

    private static readonly ImmutableDictionary<string, string> GpuVendorsById = new Dictionary<string, string>
    {
        ["0x10de"] = "NVIDIA",
        ["0x1002"] = "AMD",
        ["0x8086"] = "Intel",
    }.ToImmutableDictionary(StringComparer.Ordinal);

    public static IEnumerable<Finding> Run(IHostRoot host, RuntimeConfiguration configuration)
    {
        yield return Kernel();
        yield return Runtime(configuration);
        var gpus = VendorModules.Discover(host);
        foreach (var gpu in gpus)
            yield return new Finding(gpu.Id, $"{gpu.Name ?? "GPU"} at {gpu.PciAddress}, driver {gpu.Driver} {gpu.DriverVersion}".TrimEnd() + (gpu.Uuid is null ? ", UUID unknown until it is first used" : $", {gpu.Uuid}"));
        foreach (var finding in WithoutDriver(host, gpus))
            yield return finding;
    }

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

    // A card on the bus that discovery did not return: no driver bound, or one whose module does not serve it.
    private static IEnumerable<Finding> WithoutDriver(IHostRoot host, ImmutableArray<Gpu> gpus)
    {
        var known = gpus.Select(gpu => gpu.PciAddress.ToString()).ToHashSet();
        var any = !gpus.IsEmpty;
        foreach (var name in host.List(HostTree.Sys, "bus/pci/devices"))
        {
            var device = $"bus/pci/devices/{name}";
            if (known.Contains(name) || !IsGpuClass(host.ReadText(HostTree.Sys, $"{device}/class")) || !GpuVendorsById.TryGetValue(host.ReadText(HostTree.Sys, $"{device}/vendor") ?? "", out var vendor))
                continue;
            any = true;
            var driver = host.ReadLink(HostTree.Sys, $"{device}/driver") is { } link ? link[(link.LastIndexOf('/') + 1)..] : null;
            yield return (vendor, driver) switch
            {
                (_, null) => new Finding($"pci {name}", $"{vendor} GPU with no driver bound", $"Install {vendor}'s driver and load its module, then look at dmesg if it still does not bind"),
                ("NVIDIA", "nvidia") when IsExcluded(host, name) => new Finding($"pci {name}", "NVIDIA GPU that the driver was told to leave out (NVreg_ExcludedGpus)"),
                ("NVIDIA", "nvidia") => new Finding($"pci {name}", "NVIDIA GPU that the driver is bound to and does not list", "It failed to start: see dmesg for NVRM lines"),
                ("NVIDIA", "nouveau") => new Finding($"pci {name}", "NVIDIA GPU bound to nouveau, which has no CUDA", "Install NVIDIA's driver, which keeps nouveau from binding, and reboot"),
                (_, "vfio-pci") => new Finding($"pci {name}", $"{vendor} GPU handed to virtual machines (vfio-pci)"),
                ("NVIDIA", _) => new Finding($"pci {name}", $"NVIDIA GPU bound to {driver}", "Bind it to NVIDIA's driver"),
                _ => new Finding($"pci {name}", $"{vendor} GPU, driver {driver}; this version does not give it to containers yet"),
            };
        }

        if (!any)
            yield return new Finding("GPUs", "The PCI bus has no GPU of NVIDIA, AMD or Intel", "Check that the card is seated, enabled in the firmware, or passed through to this machine (lspci)");
    }

    private static bool IsExcluded(IHostRoot host, string name) =>
        host.ReadText(HostTree.Proc, $"driver/nvidia/gpus/{name}/information") is { } text && ProcInformation.Parse(text) is { Excluded: true };

    // VGA, 3D, other display, and processing accelerators.
    private static bool IsGpuClass(string? text) =>
        text is not null && (text.StartsWith("0x0300", StringComparison.Ordinal) || text.StartsWith("0x0302", StringComparison.Ordinal)
            || text.StartsWith("0x0380", StringComparison.Ordinal) || text.StartsWith("0x1200", StringComparison.Ordinal));
}
