using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace GpuRuntime.TestHosts;

/// <summary>
/// A WSL2 host with two GPUs of NVIDIA's behind /dev/dxg, as directories. The libraries are stubs with the true names and SONAMEs: those of
/// /usr/lib/wsl/lib, and Windows's driver store, which holds other vendors' drivers too.
/// </summary>
public sealed class SimulatedWslHost
{
    public const string Libraries = "/usr/lib/wsl/lib";
    public const string Store = "/usr/lib/wsl/drivers/nv_dispi.inf_amd64_0f1e2d3c4b5a6978";

    private const string OtherStore = "/usr/lib/wsl/drivers/iigd_dch.inf_amd64_2951c510c4c5f33f";
    private const int MiscMajor = 10;
    private const int DxgMinor = 124;

    private static readonly ImmutableArray<(string Name, string Soname)> Stubs =
    [
        ("libdxcore.so", "libdxcore.so"), ("libcuda.so", "libcuda.so.1"), ("libcuda.so.1", "libcuda.so.1"), ("libcuda.so.1.1", "libcuda.so.1"),
        ("libcudadebugger.so.1", "libcudadebugger.so.1"), ("libnvidia-ml.so.1", "libnvidia-ml.so.1"), ("libnvcuvid.so.1", "libnvcuvid.so.1"),
        ("libnvidia-encode.so.1", "libnvidia-encode.so.1"), ("libd3d12.so", "libd3d12.so"), ("libd3d12core.so", "libd3d12core.so"),
        ("libnvwgf2umx.so", "libnvwgf2umx.so"), ("libnvidia-ngx.so.1", "libnvidia-ngx.so.1"),
    ];

    private static readonly ImmutableArray<string> InStore =
    [
        "libcuda.so.1.1", "libcuda_loader.so", "libnvidia-ptxjitcompiler.so.1", "libnvidia-ml.so.1", "libnvidia-ml_loader.so", "libnvdxgdmal.so.1",
        "nvcubins.bin", "nvidia-smi", "nv_dispi.inf",
    ];

    private SimulatedWslHost(string directory) => Directory = directory;

    public string Directory { get; }

    public string ConfigPath => Path.Combine(Directory, "config.json");

    public string DevRoot => Path.Combine(Directory, "dev");

    public string DriverRoot => Path.Combine(Directory, "driver");

    /// <summary>Of the GPUs, in order. Windows makes up the domains.</summary>
    public static ImmutableArray<string> PciAddresses { get; } = ["6463:00:00.0", "ad71:00:00.0"];

    public static SimulatedWslHost Create(string directory)
    {
        var host = new SimulatedWslHost(Path.GetFullPath(directory));
        var (proc, sys) = (Path.Combine(host.Directory, "proc"), Path.Combine(host.Directory, "sys"));
        ProcDevices.Write(proc, []);
        DeviceNodes.Character(Path.Combine(host.DevRoot, "dxg"), MiscMajor, DxgMinor);
        var pci = new PciTree(sys);
        foreach (var address in PciAddresses.Reverse())
            pci.Add(Adapter(address), null);
        FileTree.Copy(BuildCache.Get("wsl-driver", BuildCache.Generator, Build), host.DriverRoot);
        HostConfig.Write(
            host.ConfigPath, new JsonObject { ["dev"] = host.DevRoot, ["proc"] = proc, ["sys"] = sys, ["driver"] = host.DriverRoot }, null);
        return host;
    }

    // What Hyper-V shows of a GPU that Windows shares: a device of Microsoft's.
    private static PciFunction Adapter(string address) => new()
    {
        Address = address,
        Vendor = "0x1414",
        Device = "0x008e",
        Class = "0x030200",
        SubsystemVendor = "0x0000",
        SubsystemDevice = "0x0000",
        Driver = "dxgkrnl",
        NumaNode = -1,
    };

    private static void Build(string root)
    {
        var libraries = root + Libraries;
        System.IO.Directory.CreateDirectory(libraries);
        var links = Stubs.Select(stub => $"ld -shared -z noexecstack -soname {stub.Soname} -o {stub.Name} stub.o\n");
        Tool.Run("sh", ["-e"], libraries, $"echo 'int stub(void) {{ return 0; }}' | gcc -xc -Os -fPIC -c -o stub.o -\n{string.Concat(links)}rm stub.o\n");
        FileTree.Write($"{libraries}/nvidia-smi", "stand-in\n");
        foreach (var name in InStore)
            FileTree.Write($"{root}{Store}/{name}", "stand-in\n");
        FileTree.Write($"{root}{OtherStore}/libze_intel_gpu.so.1", "stand-in\n");
    }
}
