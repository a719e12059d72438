using System.Collections.Immutable;

namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>Devices beside GPUs that a container asks for with a variable of NVIDIA's that says <c>enabled</c>.</summary>
/// <param name="Devices">What they are called, for messages.</param>
/// <param name="Nodes">Names below <c>/dev</c>; a star at the end stands for a number or for nothing.</param>
/// <param name="Cure">What makes the nodes on a host that has none of them.</param>
internal sealed record DeviceFeature(string Variable, string Devices, ImmutableArray<string> Nodes, string Cure)
{
    /// <summary>The one value that means something.</summary>
    public const string Enabled = "enabled";

    /// <summary>What programs need of the host besides, where it is there: files and directories of the driver root.</summary>
    public ImmutableArray<string> Files { get; init; } = [];

    /// <summary>The node that is made from its driver's major where it is missing and devices of the driver are there.</summary>
    public ControlNode? Control { get; init; }

    public static ImmutableArray<DeviceFeature> All { get; } =
    [
        new("NVIDIA_NVSWITCH", "NVSwitches", ["nvidia-nvswitchctl", "nvidia-nvswitch*"],
            // No module of its own: a part of the module nvidia, which finds the switches and leaves the nodes to a program.
            "have the driver's nvidia-nvswitch make them, on a host that has NVSwitches, with: systemctl start nvidia-fabricmanager")
        {
            Control = new ControlNode("nvidia-nvswitchctl", "nvidia-nvswitch", 255),
        },
        new("NVIDIA_GDS", "GPUDirect Storage", ["nvidia-fs*"], "load the module with: modprobe nvidia-fs") { Files = ["/run/udev", "/etc/cufile.json"] },
        new("NVIDIA_GDRCOPY", "GDRCopy", ["gdrdrv"], "load the module with: modprobe gdrdrv"),
        new("NVIDIA_MOFED", "InfiniBand", ["infiniband/uverbs*", "infiniband/rdma_cm"], "load the modules with: modprobe -a ib_uverbs rdma_ucm"),
    ];

    /// <param name="Driver">Its name in <c>/proc/devices</c>.</param>
    internal sealed record ControlNode(string Name, string Driver, uint Minor);
}
