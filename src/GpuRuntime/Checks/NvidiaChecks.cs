using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Requests;
using GpuRuntime.Core.Vendors;
using GpuRuntime.Core.Vendors.Nvidia;
using GpuRuntime.Core.Vendors.Nvidia.Wsl;

namespace GpuRuntime.Checks;

/// <summary>NVIDIA's driver: its kernel module, which CUDA it serves, its device nodes and its user-space files.</summary>
internal static class NvidiaChecks
{
    private static readonly ImmutableArray<string> CoreLibraries = ["libcuda", "libnvidia-ml"];

    public static IEnumerable<Finding> Run(IHostRoot host, RuntimeConfiguration configuration)
    {
        if (WslDriver.IsPresent(host))
            yield return new Finding("nvidia driver", "Windows's, by way of WSL2: containers get every GPU or none (/dev/dxg)");
        if (NvidiaDriver.Read(host) is not { } driver)
            yield break;
        yield return new Finding("nvidia driver", $"{driver.Version} ({(driver.IsOpenModule ? "open" : "proprietary")} kernel module)");
        yield return Cuda(driver);
        foreach (var finding in Nodes(host))
            yield return finding;
        foreach (var gpu in NvidiaDiscovery.Discover(host).Where(gpu => !gpu.MigDevices.IsEmpty))
            yield return Mig(gpu);
        yield return Files(host, driver, configuration);
        yield return Plan(host, configuration);
    }

    private static Finding Mig(Gpu gpu)
    {
        var devices = string.Join(", ", gpu.MigDevices.Select(device => device.Profile is { } profile ? $"{gpu.Index}:{device.Index} ({profile})" : $"{gpu.Index}:{device.Index}"));
        var unknown = gpu.MigDevices.Any(device => device.Uuid is null) ? "; requests cannot name them by UUID until nvidia-smi was asked: gpu-runtime devices --refresh" : "";
        return new Finding("mig", $"{gpu.Id} is divided into {devices}{unknown}");
    }

    private static Finding Cuda(NvidiaDriver driver)
    {
        if (driver.CudaVersion is not { } cuda)
            return new Finding("cuda", $"Driver {driver.Version} is newer than this version's table; CUDA {CudaCompatibility.Releases[0].Cuda} and older run");
        var next = CudaCompatibility.Releases.LastOrDefault(release => release.Cuda.CompareTo(cuda) > 0);
        return new Finding("cuda", $"Images for CUDA {cuda} and older run" + (next is null ? "" : $"; CUDA {next.Cuda} needs driver {next.LeastLinuxDriver}"));
    }

    private static IEnumerable<Finding> Nodes(IHostRoot host)
    {
        var nodes = new NvidiaNodes(host);
        List<DeviceNode> wanted = [nodes.Control(), nodes.Modeset(), .. NvidiaDiscovery.Discover(host).SelectMany(gpu => gpu.DeviceNodes)];
        GpuRuntimeException? notLoaded = null;
        try
        {
            wanted.AddRange(nodes.UnifiedMemory());
        }
        catch (GpuRuntimeException exception)
        {
            notLoaded = exception;
        }

        if (notLoaded is not null)
            yield return new Finding("nvidia-uvm", "The kernel module nvidia-uvm is not loaded, so that CUDA cannot start", "modprobe nvidia-uvm, and have it loaded at boot (/etc/modules-load.d)");
        var missing = wanted.Where(node => node.MissingOnHost).Select(node => node.HostPath).ToList();
        if (missing.Count > 0)
            yield return new Finding("device nodes", $"{string.Join(", ", missing)} not made yet; a container's start makes them");
        var closed = wanted.Where(node => !node.MissingOnHost && !node.IsOpenToAll).Select(node => node.HostPath).ToList();
        if (WithoutCharacterLink(host, wanted) is { Count: > 0 } unlinked)
            yield return new Finding(
                "/dev/char", $"{string.Join(", ", unlinked)} missing, so that containers lose their GPU at systemctl daemon-reload where the engine uses systemd's cgroup driver",
                $"Make the links, as udev does for other devices: ln -s ../NODE {host.Locate(HostTree.Dev, "char")}/MAJOR:MINOR");
        yield return closed.Count == 0
            ? new Finding("device nodes", $"{wanted.Count - missing.Count} there, open to every user")
            : new Finding("device nodes", $"{string.Join(", ", closed)} cannot be opened by users other than root", "Set NVreg_DeviceFileMode=0666, or run such containers as root or with the nodes' group");
    }

    // systemd names a device by this link when it writes its rules anew.
    private static List<string> WithoutCharacterLink(IHostRoot host, List<DeviceNode> nodes)
    {
        var links = host.List(HostTree.Dev, "char").ToHashSet();
        return links.Count == 0 ? [] : [.. nodes.Where(node => !node.MissingOnHost && !links.Contains($"{node.Major}:{node.Minor}")).Select(node => host.Locate(HostTree.Dev, $"char/{node.Major}:{node.Minor}"))];
    }

    private static Finding Files(IHostRoot host, NvidiaDriver driver, RuntimeConfiguration configuration)
    {
        try
        {
            var files = new DriverFiles(host, driver.Version, configuration.LibrarySearchPaths);
            var found = LibraryClosure.Find(host, files, DriverCapability.All);
            // The native ones come first; a 32-bit twin serves no 64-bit program.
            var core = CoreLibraries.Where(name => !found.Any(library => library.BaseName == name && library.Architecture == found[0].Architecture)).ToList();
            return core.Count == 0
                ? new Finding("driver files", $"{found.Length} libraries of {driver.Version} in {string.Join(", ", found.Select(library => library.File.Directory).Distinct())}")
                : new Finding("driver files", $"{string.Join(" and ", core)} of driver {driver.Version} not found", "Install the driver's user-space packages (libcuda1, libnvidia-ml1 or their like)");
        }
        catch (GpuRuntimeException exception)
        {
            return new Finding("driver files", exception.Message, "See the sentence above");
        }
    }

    // What a container with everything would get, planned as the shim plans it.
    private static Finding Plan(IHostRoot host, RuntimeConfiguration configuration)
    {
        try
        {
            var request = new GpuRequest { Selectors = [new DeviceSelector(SelectorKind.All, GpuVendor.Nvidia, "all")], Source = "check" };
            var edits = EditPlanner.Plan(request, ContainerEnvironment.Empty, host, configuration, out _);
            return new Finding("--gpus all", $"gives {edits?.DeviceNodes.Length} device nodes and {edits?.Mounts.Length} mounts");
        }
        catch (GpuRuntimeException exception)
        {
            return new Finding("--gpus all", exception.Message, "See the sentence above");
        }
    }
}
