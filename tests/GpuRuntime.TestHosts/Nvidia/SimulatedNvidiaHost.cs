using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace GpuRuntime.TestHosts;

/// <summary>
/// A host with NVIDIA GPUs as directories: sys, proc, dev with real device nodes, and the driver's root filesystem.
/// Nothing of NVIDIA's is in it: the libraries are stubs with the true names, SONAMEs and dependencies.
/// </summary>
public sealed class SimulatedNvidiaHost
{
    private static readonly DrmMinors Controller =
        new(GpuNumbering.ControllerCard, GpuNumbering.ControllerRender, BoardFunctions.ControllerConnector);

    private SimulatedNvidiaHost(string directory, string driverVersion, ImmutableArray<SimulatedGpu> allGpus)
    {
        Directory = directory;
        DriverVersion = driverVersion;
        Gpus = [.. allGpus.Where(gpu => !gpu.Excluded)];
        ExcludedGpus = [.. allGpus.Where(gpu => gpu.Excluded)];
    }

    public string Directory { get; }

    public string ConfigPath => Path.Combine(Directory, "config.json");

    public string DevRoot => Path.Combine(Directory, "dev");

    public string ProcRoot => Path.Combine(Directory, "proc");

    public string SysRoot => Path.Combine(Directory, "sys");

    public string DriverRoot => Path.Combine(Directory, "driver");

    public string DriverVersion { get; }

    /// <summary>The GPUs that NVML lists, in the order of their indexes.</summary>
    public ImmutableArray<SimulatedGpu> Gpus { get; }

    public ImmutableArray<SimulatedGpu> ExcludedGpus { get; }

    public static SimulatedNvidiaHost Create(string directory, SimulatedNvidiaHostOptions? options = null)
    {
        options ??= new SimulatedNvidiaHostOptions();
        directory = Path.GetFullPath(directory);
        System.IO.Directory.CreateDirectory(directory);
        var gpus = GpuNumbering.Assign(options.GpuCount, options.ExcludedIndexes);
        var version = DriverRoots.Provide(Path.Combine(directory, "driver"), options);
        var host = new SimulatedNvidiaHost(directory, version, gpus);
        NvidiaProcfs.Write(host.ProcRoot, version, gpus, options);
        ProcDevices.Write(host.ProcRoot, NvidiaProcfs.Majors(version, options.LoadedUvm));
        host.WriteSysfs(gpus);
        host.MakeDeviceNodes(gpus, options);
        HostConfig.Write(
            host.ConfigPath,
            new JsonObject { ["dev"] = host.DevRoot, ["proc"] = host.ProcRoot, ["sys"] = host.SysRoot, ["driver"] = host.DriverRoot },
            options.ExtraConfig);
        return host;
    }

    private void WriteSysfs(ImmutableArray<SimulatedGpu> gpus)
    {
        var pci = new PciTree(SysRoot);
        pci.Add(BoardFunctions.Controller, Controller);
        pci.Add(BoardFunctions.NetworkCard, null);
        NvidiaSysfs.Write(SysRoot, pci, DriverVersion, gpus);
        new DrmClass(SysRoot).WriteVersion();
    }

    private void MakeDeviceNodes(ImmutableArray<SimulatedGpu> gpus, SimulatedNvidiaHostOptions options)
    {
        var nodes = new DeviceDirectory(DevRoot, options.MissingNodes);
        nodes.Drm(BoardFunctions.Controller.Address, Controller);
        NvidiaDeviceNodes.Make(nodes, gpus, options);
    }
}
