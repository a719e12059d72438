namespace GpuRuntime.TestHosts;

/// <summary>Nodes beside those of GPUs: NVSwitches, GPUDirect Storage, GDRCopy, InfiniBand, IMEX channels.</summary>
internal static class FurtherDeviceNodes
{
    private const int GdsMajor = 505;
    private const int GdrCopyMajor = 504;
    private const int VerbsMajor = 231;
    private const int FirstVerbsMinor = 192;
    private const int MiscMajor = 10;
    private const int RdmaCmMinor = 122;

    public static void Make(DeviceDirectory dev, SimulatedNvidiaHostOptions options)
    {
        if (options.NvSwitches > 0)
            dev.Node("nvidia-nvswitchctl", DriverNumbers.Switch, DriverNumbers.ControlMinor);
        for (var i = 0; i < options.NvSwitches; i++)
            dev.Node($"nvidia-nvswitch{i}", DriverNumbers.Switch, i);
        for (var i = 0; i < options.GdsNodes; i++)
            dev.Node($"nvidia-fs{i}", GdsMajor, i);
        if (options.GdrCopy)
            dev.Node("gdrdrv", GdrCopyMajor, 0);
        if (options.InfinibandDevices > 0)
            dev.Node("infiniband/rdma_cm", MiscMajor, RdmaCmMinor);
        for (var i = 0; i < options.InfinibandDevices; i++)
        {
            // rdma-core's rules open both to all; here is an administrator who keeps them for a group.
            dev.Node($"infiniband/uverbs{i}", VerbsMajor, FirstVerbsMinor + i, FileModes.GroupReadWrite, SimulatedNvidiaHostOptions.RdmaGroup);
            dev.Node($"infiniband/umad{i}", VerbsMajor, i, FileModes.OwnerReadWrite);
        }
        foreach (var channel in options.ImexChannels)
            dev.Node($"nvidia-caps-imex-channels/channel{channel}", DriverNumbers.ImexChannels, channel);
    }
}
