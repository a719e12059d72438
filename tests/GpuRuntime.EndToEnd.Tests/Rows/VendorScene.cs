using System.Collections.Immutable;
using System.Text.Json.Nodes;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>A simulated host with GPUs of any vendors, and surroundings of its own, for gpu-runtime check.</summary>
internal sealed class VendorScene : AdminSurroundings, IAsyncDisposable
{
    private readonly TestDirectory _directory;

    private VendorScene(TestDirectory directory, SimulatedHost host)
        : base(directory)
    {
        _directory = directory;
        Host = host;
    }

    public SimulatedHost Host { get; }

    public static VendorScene Create(SimulatedHostOptions options)
    {
        var directory = TestDirectory.Create();
        // The scene's runc is found by name.
        var config = new JsonObject { ["stateDirectory"] = directory.Combine("state"), ["lowLevelRuntimes"] = new JsonArray("runc") };
        return new VendorScene(directory, SimulatedHost.Create(directory.Combine("host"), options with { ExtraConfig = config }));
    }

    /// <summary>The directory of a PCI function in sysfs.</summary>
    public string Function(string address) => Path.Combine(Host.SysRoot, "bus/pci/devices", address);

    /// <summary>Binds another driver to a function, or none. Its DRM device goes with the old one.</summary>
    public void Bind(string address, string? driver)
    {
        var function = Function(address);
        if (new FileInfo(Path.Combine(function, "driver")).LinkTarget is { } old)
        {
            File.Delete(Path.Combine(Host.SysRoot, "bus/pci/drivers", Path.GetFileName(old), address));
            File.Delete(Path.Combine(function, "driver"));
        }

        RemoveDrmDevice(address);
        if (driver is null)
            return;
        File.CreateSymbolicLink(Path.Combine(function, "driver"), $"../../../bus/pci/drivers/{driver}");
        var drivers = Directory.CreateDirectory(Path.Combine(Host.SysRoot, "bus/pci/drivers", driver)).FullName;
        File.CreateSymbolicLink(Path.Combine(drivers, address), Path.GetRelativePath(drivers, function));
    }

    /// <summary>What a driver leaves that is bound and could not start the device.</summary>
    public void RemoveDrmDevice(string address)
    {
        var drm = Path.Combine(Function(address), "drm");
        if (Directory.Exists(drm))
            Directory.Delete(drm, recursive: true);
    }

    /// <summary>A node below /dev.</summary>
    public string Node(string path) => Path.Combine(Host.DevRoot, path);

    public async Task<ImmutableArray<CheckFinding>> CheckAsync() =>
        CheckFinding.In(await GpuRuntime("check", "--config", Host.ConfigPath).RunAsync());

    public ValueTask DisposeAsync() => _directory.DisposeAsync();
}
