using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace GpuRuntime.TestHosts;

/// <summary>/proc/driver/nvidia, /proc/driver/nvidia-caps, and the driver's lines of /proc/devices.</summary>
internal static class NvidiaProcfs
{
    private const int GpusInMigMinors = 32;
    private const int GpuInstances = 15;
    private const int ComputeInstances = 8;

    public static void Write(string proc, string version, ImmutableArray<SimulatedGpu> gpus, SimulatedNvidiaHostOptions options)
    {
        var driver = Path.Combine(proc, "driver/nvidia");
        FileTree.Write(Path.Combine(driver, "version"), Version(version, options.OpenKernelModule));
        FileTree.Write(Path.Combine(driver, "params"), Params);
        FileTree.Write(Path.Combine(driver, "registry"), "Binary: \"\"\n");
        for (var position = 0; position < gpus.Length; position++)
        {
            var gpu = gpus[position];
            var directory = Path.Combine(driver, "gpus", gpu.PciAddress);
            FileTree.Write(Path.Combine(directory, "information"), Information(gpu, position, version, options));
            FileTree.Write(Path.Combine(directory, "registry"), "Binary: \"\"\n");
            FileTree.Write(Path.Combine(directory, "power"), Power);
        }
        FileTree.Write(Path.Combine(driver, "capabilities/mig/config"), Capability(1));
        FileTree.Write(Path.Combine(driver, "capabilities/mig/monitor"), Capability(2));
        foreach (var gpu in gpus)
            MigInstances(Path.Combine(driver, $"capabilities/gpu{gpu.Minor}/mig"), gpu.Minor, options.MigInstances.GetValueOrDefault(gpu.Index, []));
        FileTree.Write(Path.Combine(proc, "driver/nvidia-caps/mig-minors"), MigMinors());
    }

    public static IEnumerable<(int Major, string Name)> Majors(string version, bool uvm)
    {
        string[] names = DriverVersionNumber.IsAtLeast(version, 550, 40) ? ["nvidia", "nvidia-modeset", "nvidiactl"] : ["nvidia-frontend"];
        foreach (var name in names)
            yield return (DriverNumbers.Gpu, name);
        if (uvm)
            yield return (DriverNumbers.Uvm, "nvidia-uvm");
        yield return (DriverNumbers.Caps, "nvidia-caps");
        yield return (DriverNumbers.ImexChannels, "nvidia-caps-imex-channels");
        yield return (DriverNumbers.Switch, "nvidia-nvswitch");
    }

    private static string Version(string version, bool open)
    {
        var module = open
            ? $"NVIDIA UNIX Open Kernel Module for x86_64  {version}  Release Build  (gpu-runtime-test-hosts)"
            : $"NVIDIA UNIX x86_64 Kernel Module  {version}  Tue Apr  8 12:41:17 UTC 2025";
        return $"NVRM version: {module}\nGCC version:  gcc version 12.2.0 (Debian 12.2.0-14)\n";
    }

    private static string Information(SimulatedGpu gpu, int position, string version, SimulatedNvidiaHostOptions options)
    {
        // Current drivers leave the line out for a GPU that was never opened, older ones print question marks.
        var uuid = (options.UuidsUnknown, position % 2) switch
        {
            (false, _) => $"GPU UUID: \t {gpu.Uuid}\n",
            (true, 0) => "",
            (true, _) => "GPU UUID: \t GPU-????????-????-????-????-????????????\n",
        };
        return $"Model: \t\t {gpu.Name}\n" +
            $"IRQ:   \t\t {160 + position}\n" +
            uuid +
            "Video BIOS: \t 96.00.74.00.01\n" +
            "Bus Type: \t PCIe\n" +
            "DMA Size: \t 52 bits\n" +
            "DMA Mask: \t 0xfffffffffffff\n" +
            $"Bus Location: \t {gpu.PciAddress}\n" +
            $"Device Minor: \t {gpu.Minor}\n" +
            $"GPU Firmware: \t {version}\n" +
            $"GPU Excluded:\t {(gpu.Excluded ? "Yes" : "No")}\n";
    }

    private static void MigInstances(string directory, int gpuMinor, ImmutableArray<MigInstance> instances)
    {
        foreach (var instance in instances)
        {
            var minor = MigMinor(gpuMinor, instance.GpuInstance);
            FileTree.Write(Path.Combine(directory, $"gi{instance.GpuInstance}/access"), Capability(minor));
            FileTree.Write(Path.Combine(directory, $"gi{instance.GpuInstance}/ci{instance.ComputeInstance}/access"), Capability(minor + 1 + instance.ComputeInstance));
        }
    }

    private static int MigMinor(int gpuMinor, int gpuInstance) => 3 + (135 * gpuMinor) + (9 * gpuInstance);

    private static string Capability(int minor) => $"DeviceFileMinor: {minor}\nDeviceFileMode: 292\nDeviceFileModify: 1\n";

    // The driver lists every minor that it could ever use, partitioned or not.
    private static string MigMinors()
    {
        var text = new StringBuilder("config 1\nmonitor 2\n");
        for (var gpu = 0; gpu < GpusInMigMinors; gpu++)
        {
            for (var instance = 0; instance < GpuInstances; instance++)
            {
                var minor = MigMinor(gpu, instance);
                text.Append(CultureInfo.InvariantCulture, $"gpu{gpu}/gi{instance}/access {minor}\n");
                for (var compute = 0; compute < ComputeInstances; compute++)
                    text.Append(CultureInfo.InvariantCulture, $"gpu{gpu}/gi{instance}/ci{compute}/access {minor + 1 + compute}\n");
            }
        }
        return text.ToString();
    }

    private const string Power = """
        Runtime D3 status:          Disabled by default
        Video Memory:               Active

        GPU Hardware Support:
         Video Memory Self Refresh: Not Supported
         Video Memory Off:          Supported

        """;

    private const string Params = """
        ResmanDebugLevel: 4294967295
        RmLogonRC: 1
        ModifyDeviceFiles: 1
        DeviceFileUID: 0
        DeviceFileGID: 0
        DeviceFileMode: 438
        InitializeSystemMemoryAllocations: 1
        UsePageAttributeTable: 4294967295
        EnableMSI: 1
        EnablePCIeGen3: 0
        MemoryPoolSize: 0
        KMallocHeapMaxSize: 0
        VMallocHeapMaxSize: 0
        IgnoreMMIOCheck: 0
        EnableStreamMemOPs: 0
        EnableUserNUMAManagement: 1
        NvLinkDisable: 0
        RmProfilingAdminOnly: 1
        PreserveVideoMemoryAllocations: 0
        EnableS0ixPowerManagement: 0
        DynamicPowerManagement: 3
        EnableGpuFirmware: 18
        EnableGpuFirmwareLogs: 2
        EnableDbgBreakpoint: 0
        OpenRmEnableUnsupportedGpus: 1
        DmaRemapPeerMmio: 1
        ImexChannelCount: 2048
        CreateImexChannel0: 0
        RegistryDwords: ""
        RegistryDwordsPerDevice: ""
        RmMsg: ""
        GpuBlacklist: ""
        TemporaryFilePath: ""
        ExcludedGpus: ""

        """;
}
