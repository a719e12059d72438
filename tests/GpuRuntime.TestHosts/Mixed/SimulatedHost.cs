using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace GpuRuntime.TestHosts;

/// <summary>A host with GPUs of any vendors as directories: sys, proc, dev with real device nodes, and a driver root that is empty without NVIDIA's.</summary>
public sealed class SimulatedHost
{
    private static readonly DrmMinors Controller = new(GpuNumbering.ControllerCard, Render: null, BoardFunctions.ControllerConnector);

    private readonly SimulatedHostOptions _options;
    private readonly ImmutableArray<SimulatedGpu> _nvidia;
    private readonly KfdOptions? _kfd;
    private readonly ImmutableArray<SimulatedAmdPartition> _amdSlots;

    private SimulatedHost(string directory, SimulatedHostOptions options)
    {
        Directory = directory;
        _options = options;
        _nvidia = options.Nvidia is { } nvidia ? GpuNumbering.Assign(nvidia.GpuCount, nvidia.ExcludedIndexes) : [];
        _kfd = options.Amd.Any(gpu => gpu.IsAmdgpu) ? options.Kfd : null;
        NvidiaGpus = [.. _nvidia.Where(gpu => !gpu.Excluded)];
        AmdGpus = [.. PciLocation.Sort(options.Amd, gpu => gpu.PciAddress)];
        IntelGpus = [.. PciLocation.Sort(options.Intel, gpu => gpu.PciAddress)];
        _amdSlots = AmdPartitioning.Assign(AmdGpus, HostNumbers.TakenMinors(options, _nvidia), _kfd);
    }

    public string Directory { get; }

    public string ConfigPath => Path.Combine(Directory, "config.json");

    public string DevRoot => Path.Combine(Directory, "dev");

    public string ProcRoot => Path.Combine(Directory, "proc");

    public string SysRoot => Path.Combine(Directory, "sys");

    public string DriverRoot => Path.Combine(Directory, "driver");

    /// <summary>NVIDIA's; null on a host without.</summary>
    public string? DriverVersion { get; private set; }

    /// <summary>Those that NVML lists, in the order of their indexes.</summary>
    public ImmutableArray<SimulatedGpu> NvidiaGpus { get; }

    /// <summary>By PCI address.</summary>
    public ImmutableArray<SimulatedAmdGpu> AmdGpus { get; }

    /// <summary>The live ones by PCI address and index; a GPU in one piece is its own partition 0.</summary>
    public ImmutableArray<SimulatedAmdPartition> AmdPartitions => [.. _amdSlots.Where(partition => !partition.IsDead)];

    /// <summary>Devices with DRM nodes that no KFD node names.</summary>
    public ImmutableArray<SimulatedAmdPartition> DeadAmdPartitions => [.. _amdSlots.Where(partition => partition.IsDead)];

    /// <summary>By PCI address, physical and virtual functions alike.</summary>
    public ImmutableArray<SimulatedIntelGpu> IntelGpus { get; }

    /// <exception cref="ArgumentException">Two devices of the options have one PCI address, or one DRM number.</exception>
    public static SimulatedHost Create(string directory, SimulatedHostOptions options)
    {
        var host = new SimulatedHost(Path.GetFullPath(directory), options);
        foreach (var root in new[] { host.DevRoot, host.ProcRoot, host.SysRoot, host.DriverRoot })
            System.IO.Directory.CreateDirectory(root);
        if (options.Nvidia is { } nvidia)
            host.DriverVersion = DriverRoots.Provide(host.DriverRoot, nvidia);
        host.WriteProcfs();
        host.WriteSysfs();
        host.MakeDeviceNodes();
        HostConfig.Write(
            host.ConfigPath,
            new JsonObject { ["dev"] = host.DevRoot, ["proc"] = host.ProcRoot, ["sys"] = host.SysRoot, ["driver"] = host.DriverRoot },
            options.ExtraConfig ?? options.Nvidia?.ExtraConfig);
        return host;
    }

    private void WriteProcfs()
    {
        List<(int Major, string Name)> majors = [];
        if (_options.Nvidia is { } nvidia)
        {
            NvidiaProcfs.Write(ProcRoot, DriverVersion!, _nvidia, nvidia);
            majors.AddRange(NvidiaProcfs.Majors(DriverVersion!, nvidia.LoadedUvm));
        }
        if (_kfd is not null)
            majors.Add((_kfd.Major, "kfd"));
        if (IntelGpus.Any(gpu => gpu.Mei is not null))
            majors.Add((DriverNumbers.Mei, "mei"));
        ProcDevices.Write(ProcRoot, majors);
    }

    private void WriteSysfs()
    {
        var pci = new PciTree(SysRoot);
        if (_options.Bmc)
            pci.Add(BoardFunctions.Controller, Controller);
        pci.Add(BoardFunctions.NetworkCard, null);
        foreach (var function in _options.OtherFunctions)
            pci.Add(function.Function, function.Drm);
        if (DriverVersion is not null)
            NvidiaSysfs.Write(SysRoot, pci, DriverVersion, _nvidia);
        AmdSysfs.Write(SysRoot, pci, _amdSlots);
        if (_kfd is not null)
            KfdTopology.Write(SysRoot, _amdSlots, _kfd);
        IntelSysfs.Write(SysRoot, pci, IntelGpus);
        if (_options.HasDmem)
            DmemController.Write(SysRoot, AmdGpus, IntelGpus);
        pci.LinkModules();
        new DrmClass(SysRoot).WriteVersion();
    }

    private void MakeDeviceNodes()
    {
        var dev = new DeviceDirectory(DevRoot, _options.MissingNodes.Union(_options.Nvidia?.MissingNodes ?? []));
        if (_options.Bmc)
            dev.Drm(BoardFunctions.Controller.Address, Controller);
        foreach (var function in _options.OtherFunctions)
        {
            if (function.Drm is { } drm)
                dev.Drm(function.PciAddress, drm);
        }
        if (_options.Nvidia is { } nvidia)
            NvidiaDeviceNodes.Make(dev, _nvidia, nvidia);
        AmdDeviceNodes.Make(dev, _amdSlots, _kfd);
        IntelDeviceNodes.Make(dev, IntelGpus);
        foreach (var link in _options.ByPathExtras)
            dev.Link($"dri/by-path/{link.Name}", link.Target);
    }
}
