using System.Collections.Immutable;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Freshness;

/// <summary>The packaged rule, as udev itself reads it, on events of a simulated host with GPUs of three vendors.</summary>
public sealed class UdevRuleRows
{
    private const string Nvidia = "0000:1b:00.0";
    private const string Sound = "0000:1b:00.1";
    private const string NetworkCard = "0000:05:00.0";

    private TestDirectory? _directory;
    private SimulatedHost? _host;
    private string _udev = "";

    [OneTimeSetUp]
    public void CreateHost()
    {
        try
        {
            _udev = UdevPackages.Unpacked();
        }
        catch (TestResourceUnavailableException unavailable)
        {
            Assert.Ignore(unavailable.Reason);
        }

        _directory = TestDirectory.Create();
        _host = SimulatedHost.Create(_directory.Combine("host"), ReadyHosts.ThreeVendors with
        {
            OtherFunctions = [new OtherFunction { PciAddress = Sound, VendorId = "0x10de", DeviceId = "0x22bd", Class = "0x040300", Driver = "snd_hda_intel" }],
        });
    }

    [OneTimeTearDown]
    public async Task RemoveHostAsync()
    {
        if (_directory is not null)
            await _directory.DisposeAsync();
    }

    [TestCase("add")]
    [TestCase("remove")]
    [TestCase("bind")]
    [TestCase("unbind")]
    public async Task A_GPU_that_comes_or_goes_with_or_without_its_driver_refreshes(string action)
    {
        foreach (var address in (string[])[_host!.NvidiaGpus[0].PciAddress, .. _host.AmdGpus.Select(static gpu => gpu.PciAddress), .. _host.IntelGpus.Select(static gpu => gpu.PciAddress)])
            Assert.That(await RunsAsync(action, $"bus/pci/devices/{address}"), Is.EqualTo((string[])[Packaged.RulesCommand]), address);
    }

    [TestCase("add", "card6")]
    [TestCase("remove", "card6")]
    [TestCase("add", "renderD130")]
    [TestCase("remove", "renderD130")]
    public async Task A_DRM_node_that_comes_or_goes_refreshes(string action, string name) =>
        Assert.That(await RunsAsync(action, $"class/drm/{name}"), Is.EqualTo((string[])[Packaged.RulesCommand]));

    [TestCase("add", "nvidia")]
    [TestCase("remove", "nvidia")]
    [TestCase("add", "nvidia_modeset")]
    [TestCase("add", "amdgpu")]
    [TestCase("remove", "xe")]
    public async Task A_driver_that_is_loaded_or_unloaded_refreshes(string action, string module) =>
        Assert.That(await RunsAsync(action, $"module/{module}"), Is.EqualTo((string[])[Packaged.RulesCommand]));

    [TestCase("add", $"bus/pci/devices/{NetworkCard}")]
    [TestCase("bind", $"bus/pci/devices/{NetworkCard}")]
    [TestCase("add", $"bus/pci/devices/{Sound}")]
    [TestCase("bind", $"bus/pci/devices/{Sound}")]
    [TestCase("add", "module/mlx5_core")]
    [TestCase("add", "module/firmware_class")]
    [TestCase("change", "class/drm/card6")]
    [TestCase("change", $"bus/pci/devices/{Nvidia}")]
    public async Task Nothing_else_refreshes(string action, string device) => Assert.That(await RunsAsync(action, device), Is.Empty);

    [Test]
    public async Task Where_systemd_does_not_run_nothing_is_started() =>
        Assert.That(await RunsAsync("add", "module/nvidia", withSystemd: false), Is.Empty);

    // udevadm test changes nodes and links of /dev, and runs what rules of the machine have it run: it gets neither.
    private async Task<ImmutableArray<string>> RunsAsync(string action, string device, bool withSystemd = true)
    {
        const string script = """
            set -e
            mount -t tmpfs none /run
            mkdir -p "$1" /run/udev/rules.d
            cp "$2" /run/udev/rules.d
            mount --bind "$3" /sys
            mount -t tmpfs none /dev
            for rules in /usr/lib/udev /usr/local/lib/udev /etc/udev; do [ ! -d $rules ] || mount -t tmpfs none $rules; done
            shift 3
            exec "$@"
            """;
        var libraries = Path.Combine(_udev, "usr/lib/x86_64-linux-gnu");
        var result = (await Command.Of("unshare",
        [
            "--mount", "--propagation", "private", "sh", "-c", script, "sh", withSystemd ? "/run/systemd/system" : "/run/other", Packaged.RulesFile, _host!.SysRoot,
            Path.Combine(_udev, "bin/udevadm"), "test", $"--action={action}", $"/sys/{device}",
        ]).WithEnvironment("SYSTEMD_DEVICE_VERIFY_SYSFS", "0").WithEnvironment("LD_LIBRARY_PATH", libraries).RunAsync()).EnsureSuccess();
        Assert.That(result.Lines, Does.Contain($"ACTION={action}"), result.ToString());
        return [.. result.Lines.Where(static line => line.StartsWith("run: ", StringComparison.Ordinal)).Select(static line => line["run: ".Length..].Trim('\''))];
    }
}
