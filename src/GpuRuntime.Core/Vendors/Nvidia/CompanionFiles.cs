using System.Collections.Immutable;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>What a driver has beside libraries: tools, firmware, sockets of its daemons, configuration of GL, Vulkan, OpenCL and X.</summary>
public sealed class CompanionFiles(IHostRoot host, DriverFiles files, string version, DriverCapability capabilities)
{
    private static readonly ImmutableArray<string> UtilityBinaries = ["nvidia-smi", "nvidia-debugdump", "nvidia-persistenced", "nv-fabricmanager"];
    private static readonly ImmutableArray<string> ComputeBinaries = ["nvidia-cuda-mps-control", "nvidia-cuda-mps-server"];
    private static readonly ImmutableArray<string> DaemonSockets = ["nvidia-persistenced/socket", "nvidia-fabricmanager/socket"];
    private const string MpsDirectory = "/tmp/nvidia-mps";

    private static readonly ImmutableArray<string> SharedData =
    [
        "glvnd/egl_vendor.d/10_nvidia.json",
        "egl/egl_external_platform.d/15_nvidia_gbm.json",
        "egl/egl_external_platform.d/10_nvidia_wayland.json",
        "egl/egl_external_platform.d/09_nvidia_wayland2.json",
        "egl/egl_external_platform.d/20_nvidia_xcb.json",
        "egl/egl_external_platform.d/20_nvidia_xlib.json",
        "nvidia/nvoptix.bin",
        "X11/xorg.conf.d/10-nvidia.conf",
        "X11/xorg.conf.d/nvidia-drm-outputclass.conf",
    ];

    private static readonly ImmutableArray<string> EtcData =
    [
        "vulkan/icd.d/nvidia_icd.json",
        "vulkan/icd.d/nvidia_layers.json",
        "vulkan/icd.d/nvidia_icd.x86_64.json",
        "vulkan/icd.d/nvidia_icd.aarch64.json",
        "vulkan/implicit_layer.d/nvidia_layers.json",
    ];

    private const string OpenClVendor = "OpenCL/vendors/nvidia.icd";

    public IEnumerable<ContainerMount> Mounts()
    {
        var mounts = Firmware();
        if (capabilities.HasFlag(DriverCapability.Utility))
            mounts = mounts.Concat(Binaries(UtilityBinaries)).Concat(Sockets());
        if (capabilities.HasFlag(DriverCapability.Compute))
            mounts = mounts.Concat(Binaries(ComputeBinaries)).Concat(Mps());
        if ((capabilities & (DriverCapability.Graphics | DriverCapability.Display)) != 0)
            mounts = mounts.Concat(Data(SharedData, "/usr/share")).Concat(Data(EtcData, "/etc")).Concat(XorgModules());
        if ((capabilities & (DriverCapability.Compute | DriverCapability.Graphics | DriverCapability.Display)) != 0)
            mounts = mounts.Concat(Data([OpenClVendor], "/etc"));
        return mounts;
    }

    private IEnumerable<ContainerMount> Binaries(ImmutableArray<string> names)
    {
        foreach (var name in names)
        {
            if (files.Binary(name) is { } file)
                yield return NvidiaEdits.Mount(file, $"/usr/bin/{name}");
        }
    }

    private IEnumerable<ContainerMount> Data(ImmutableArray<string> names, string containerDirectory)
    {
        foreach (var name in names)
        {
            if (files.Data(name) is { } file)
                yield return NvidiaEdits.Mount(file, $"{containerDirectory}/{name}");
        }
    }

    private IEnumerable<ContainerMount> Firmware()
    {
        var release = host.ReadText(HostTree.Proc, "sys/kernel/osrelease");
        var configured = host.ReadText(HostTree.Sys, "module/firmware_class/parameters/path");
        List<string> directories = ["/lib/firmware/updates", "/lib/firmware"];
        if (!string.IsNullOrEmpty(release))
            directories = [$"/lib/firmware/updates/{release}", "/lib/firmware/updates", $"/lib/firmware/{release}", "/lib/firmware"];
        if (configured is { Length: > 1 } && configured.StartsWith('/'))
            directories.Insert(0, configured.TrimEnd('/'));
        foreach (var directory in directories)
        {
            var found = new List<ContainerMount>();
            foreach (var name in host.List(HostTree.Driver, $"{directory[1..]}/nvidia/{version}").Where(IsFirmware))
            {
                var path = $"{directory}/nvidia/{version}/{name}";
                if (host.Find(path) is { Kind: DriverFileKind.Regular } file)
                    found.Add(NvidiaEdits.Mount(file, path));
            }

            if (found.Count > 0)
                return found;
        }

        return [];
    }

    private static bool IsFirmware(string name) =>
        name.EndsWith(".bin", StringComparison.Ordinal)
        && (name.StartsWith("gsp", StringComparison.Ordinal) || name.StartsWith("ucodes", StringComparison.Ordinal));

    private IEnumerable<ContainerMount> Sockets()
    {
        foreach (var name in DaemonSockets)
        {
            if ((SocketAt($"/run/{name}") ?? SocketAt($"/var/run/{name}")) is { } file)
                yield return new ContainerMount(file.HostPath, $"/run/{name}", ContainerMount.Socket);
        }
    }

    private DriverFile? SocketAt(string path) => host.Find(path) is { Kind: DriverFileKind.Socket } file ? file : null;

    // In a directory that everybody writes to: taken only if it is what it is called, not a link to somewhere else.
    private IEnumerable<ContainerMount> Mps() =>
        host.Find(MpsDirectory) is { Kind: DriverFileKind.Directory, Path: MpsDirectory } directory
            ? [new ContainerMount(directory.HostPath, MpsDirectory, ContainerMount.Socket)]
            : [];

    // Under the names that the X server asks for, wherever the host's links of these names lead.
    private IEnumerable<ContainerMount> XorgModules()
    {
        string[] modules = ["drivers/nvidia_drv.so", "extensions/libglxserver_nvidia.so"];
        foreach (var module in modules)
        {
            var name = module[(module.IndexOf('/', StringComparison.Ordinal) + 1)..];
            var path = new[] { $"nvidia/xorg/{name}", $"xorg/modules/{module}", $"xorg/modules/updates/{module}" }
                .Select(place => files.DirectoryWith(place, LibraryArchitecture.X64) is { } directory ? $"{directory}/{place}" : null)
                .FirstOrDefault(path => path is not null);
            if (path is not null && host.Find(path) is { } file && (file.Name == name || file.Name.EndsWith($".{version}", StringComparison.Ordinal)))
                yield return NvidiaEdits.Mount(file, path);
        }
    }
}
