using System.Collections.Immutable;
using GpuRuntime.Agent.Monitoring;
using GpuRuntime.Agent.Monitoring.Intel;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Core.Vendors;
using GpuRuntime.Linux.Monitoring;
using GpuRuntime.Linux.Paths;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Linux.Tests.Monitoring.Intel;

/// <summary>Simulated Intel cards, read pass after pass as the agent reads them.</summary>
public sealed class IntelSensorsTests : DirectoryFixture
{
    private const string Address = "0000:0b:00.0";
    private const long GiB = 1L << 30;

    private string Device => Temporary.Combine($"host/sys/devices/pci0000:00/{Address}");

    [Test]
    public void A_card_on_xe_tells_its_sensors_and_its_size()
    {
        using var sensors = Open("xe", out _);
        var sample = sensors.Read(TimeSpan.Zero);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((sample.EnergyJoules, sample.PowerWatts, sample.PowerLimitWatts), Is.EqualTo((5000d, (double?)null, 150d)));
            Assert.That(sample.Temperatures, Is.EqualTo((Temperature[])[new("package", 61, 100), new("vram", 66.5), new("vram_ch_0", 64)]));
            Assert.That(sample.Clocks, Is.EqualTo((Clock[])[new("graphics", 2.4e9, 2.85e9), new("video", 0, 1.5e9), new("gt2", 1.8e9, 2.85e9)]));
            Assert.That(sample.Fans, Is.EqualTo((Fan[])[new(0, 1100, 0.5)]));
            Assert.That(sample.Voltages, Is.EqualTo((Voltage[])[new("card", 12.05)]));
            Assert.That(sample.Throttling, Is.EqualTo((ThrottleReason[])[new("current", false), new("power", false), new("power_burst", true), new("soc_thermal", false), new("thermal", false)]));
            Assert.That(sample.Pcie, Is.EqualTo(new PcieLink { TransfersPerSecond = 32e9, MaxTransfersPerSecond = 32e9, Lanes = 16, MaxLanes = 16 }));
            Assert.That((sample.MemoryTotalBytes, sample.MemoryUsedBytes, sample.UtilizationRatio, sample.Engines.Length), Is.EqualTo((12 * GiB, (long?)null, (double?)null, 0)));
            Assert.That(sample.Problem, Is.Null);
        }
    }

    [Test]
    public void A_card_on_i915_tells_its_sensors_and_no_size()
    {
        using var sensors = Open("i915", out _);
        var sample = sensors.Read(TimeSpan.Zero);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((sample.EnergyJoules, sample.PowerLimitWatts), Is.EqualTo((7000d, (double?)null)));
            Assert.That(sample.Temperatures, Is.EqualTo((Temperature[])[new("package", 48)]));
            Assert.That(sample.Clocks, Is.EqualTo((Clock[])[new("graphics", 1.95e9, 2.05e9)]));
            Assert.That(sample.Voltages, Is.EqualTo((Voltage[])[new("graphics", 0.75)]));
            Assert.That(sample.Throttling, Is.EqualTo((ThrottleReason[])[new("power", false), new("thermal", true)]));
            Assert.That((sample.MemoryTotalBytes, sample.MemoryUsedBytes), Is.EqualTo(((long?)null, (long?)null)));
        }
    }

    [Test]
    public void Power_is_the_energy_of_the_time_between_two_passes()
    {
        using var sensors = Open("xe", out _);
        sensors.Read(TimeSpan.FromSeconds(10));
        File.WriteAllText(Path.Combine(Device, "hwmon/hwmon3/energy1_input"), "5150000000\n");

        Assert.That(sensors.Read(TimeSpan.FromSeconds(12)).PowerWatts, Is.EqualTo(75));
    }

    [Test]
    public void Used_memory_is_that_of_all_cgroups_where_the_driver_does_not_answer()
    {
        using var sensors = Open("xe", out _);
        Temporary.Write("host/sys/fs/cgroup/dmem.current", $"drm/{Address}/vram0 {3 * GiB}\n");

        Assert.That(sensors.Read(TimeSpan.Zero).MemoryUsedBytes, Is.EqualTo(3 * GiB));
    }

    [TestCase("xe")]
    [TestCase("i915")]
    public void A_GPU_of_which_no_file_tells_is_not_read_and_not_at_rest(string driver)
    {
        using var sensors = Open(driver, out _, hasSensors: false);

        Assert.That(sensors.Read(TimeSpan.Zero).Problem, Is.EqualTo("its driver tells nothing of it"));
    }

    [Test]
    public void A_GPU_of_which_its_memory_alone_is_told_is_read()
    {
        using var sensors = Open("xe", out _, hasSensors: false);
        Temporary.Write("host/sys/fs/cgroup/dmem.current", $"drm/{Address}/vram0 0\n");
        var sample = sensors.Read(TimeSpan.Zero);

        Assert.That((sample.MemoryUsedBytes, sample.Problem), Is.EqualTo((0L, (string?)null)));
    }

    [Test]
    public void A_card_behind_its_own_switch_tells_the_link_of_the_slot()
    {
        using var sensors = Open("xe", out _);
        File.WriteAllText(Path.Combine(Device, "max_link_speed"), "2.5 GT/s PCIe\n");
        File.WriteAllText(Path.Combine(Device, "max_link_width"), "1\n");
        // The simulated host has no switch: its two ports stand where the kernel has them, above the function.
        foreach (var (name, value) in ((string, string)[])[("vendor", "0x8086"), ("class", "0x060400"), ("current_link_speed", "16.0 GT/s PCIe"), ("current_link_width", "8"), ("max_link_speed", "16.0 GT/s PCIe"), ("max_link_width", "8")])
            Temporary.Write($"host/sys/devices/{name}", value + "\n");

        Assert.That(sensors.Read(TimeSpan.Zero).Pcie, Is.EqualTo(new PcieLink { TransfersPerSecond = 16e9, MaxTransfersPerSecond = 16e9, Lanes = 8, MaxLanes = 8 }));
    }

    [Test]
    public void A_GPU_that_sleeps_is_not_woken()
    {
        using var sensors = Open("xe", out _);
        File.WriteAllText(Path.Combine(Device, "power/runtime_status"), "suspended\n");
        var sample = sensors.Read(TimeSpan.Zero);

        Assert.That((sample.Problem, sample.Clocks.Length, sample.Temperatures.Length), Is.EqualTo(("it sleeps, and is not woken to be read", 0, 0)));
    }

    [Test]
    public void A_GPU_that_has_gone_is_a_problem_and_not_zeros()
    {
        using var sensors = Open("xe", out _);
        Directory.Delete(Device, recursive: true);

        Assert.That(() => sensors.Read(TimeSpan.Zero), Throws.InstanceOf<IOException>().With.Message.EqualTo($"{Address} is not on the PCI bus any more"));
    }

    [Test]
    public void A_node_that_is_no_GPUs_is_not_opened()
    {
        Open("xe", out var configuration).Dispose();
        File.Delete(Path.Combine(configuration.Dev, "dri/renderD129"));
        Temporary.Fifo("host/dev/dri/renderD129");

        Assert.That(DrmMemoryQuery.Ask(configuration.Dev, 129, "xe", out var problem), Is.Null);
        Assert.That(problem, Is.EqualTo($"{configuration.Dev}/dri/renderD129 is not the node of a GPU"));
    }

    [TestCase(200, TestName = "a node that is not there")]
    [TestCase(129, TestName = "a node that no driver is behind")]
    public void A_node_that_nobody_answers_on_is_no_problem(int minor)
    {
        Open("xe", out var configuration).Dispose();

        Assert.That(DrmMemoryQuery.Ask(configuration.Dev, minor, "xe", out var problem), Is.Null);
        Assert.That(problem, Is.Null);
    }

    private IGpuSensors Open(string driver, out RuntimeConfiguration configuration, bool hasSensors = true)
    {
        try
        {
            var card = new SimulatedIntelGpu { PciAddress = Address, DeviceId = "0xe20b", Driver = driver, CardNumber = 1, RenderNumber = 129, TileBytes = driver == "xe" ? [12UL << 30] : [], HasSensors = hasSensors };
            var host = SimulatedHost.Create(Temporary.Combine("host"), new SimulatedHostOptions { Intel = [card], HasDmem = true });
            configuration = ConfigurationFile.Load(host.ConfigPath).Values;
        }
        catch (TestResourceUnavailableException unavailable)
        {
            Assert.Ignore(unavailable.Reason);
            throw;
        }

        using var root = new LinuxHostRoot(configuration);
        ImmutableArray<Gpu> gpus = [.. VendorModules.Discover(root)];
        using var source = new IntelSensorSource(configuration, TimeProvider.System);
        return source.Open(gpus.Single(), HeldUnit.Of(gpus));
    }
}
