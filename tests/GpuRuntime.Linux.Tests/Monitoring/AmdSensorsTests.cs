using GpuRuntime.Agent.Monitoring.Amd;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Core.Vendors;
using GpuRuntime.Linux.Paths;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Linux.Tests.Monitoring;

/// <summary>Simulated AMD GPUs, read as the agent reads them, pass after pass.</summary>
public sealed class AmdSensorsTests : DirectoryFixture
{
    private const string Card = "0000:03:00.0";

    private static readonly string[] Telling = ["gpu_busy_percent", "mem_info_vram_used", "gpu_metrics", "hwmon", "pp_dpm_sclk", "pp_dpm_mclk", "pp_dpm_socclk", "pp_dpm_fclk"];

    private readonly SensorClock _clock = new();
    private SimulatedHost? _host;

    [Test]
    public void Each_pass_tells_what_the_files_say_then()
    {
        using var sensors = Open(new AmdSensorFiles());
        var first = sensors.Read(TimeSpan.Zero);
        Change(new AmdSensorFiles { Busy = 99, Watts = 299, VramUsed = 5L << 30, FanRpm = 1600 });
        var second = sensors.Read(TimeSpan.FromSeconds(1));
        using (Assert.EnterMultipleScope())
        {
            Assert.That((first.UtilizationRatio, first.PowerWatts, first.MemoryUsedBytes, first.MemoryTotalBytes), Is.EqualTo((0.37, 143.5, 3L << 30, 16L << 30)));
            Assert.That(first.Engines, Is.EqualTo((EngineActivity[])[new("video", 0.04)]));
            Assert.That(first.EnergyJoules, Is.EqualTo(250));
            Assert.That(first.Temperatures.Select(temperature => temperature.Sensor), Is.EqualTo((string[])["edge", "junction", "memory", "hbm0", "hbm1", "hbm2", "hbm3"]));
            Assert.That(first.Clocks.Select(clock => (clock.Domain, clock.Hertz, clock.MaxHertz)), Is.EqualTo(
                ((string, double, double?)[])[("graphics", 1700e6, 2100e6), ("memory", 1600e6, 1600e6), ("soc", 1200e6, 1200e6), ("fabric", 1300e6, 1900e6)]));
            Assert.That(first.Problem, Is.Null);
            Assert.That((second.UtilizationRatio, second.PowerWatts, second.MemoryUsedBytes), Is.EqualTo((0.99, 299, 5L << 30)));
            Assert.That(second.Fans, Is.EqualTo((Fan[])[new(0, 1600, 0.5)]));
        }
    }

    [Test]
    public void Errors_of_the_hardware_are_asked_for_now_and_then()
    {
        using var sensors = Open(new AmdSensorFiles());
        Assert.That(Uncorrected(sensors.Read(TimeSpan.Zero)), Is.Zero);
        Change(new AmdSensorFiles { MemoryErrors = (2, 3, 4), BadPages = 5 });
        Assert.That(Uncorrected(sensors.Read(AmdSensors.Seldom - TimeSpan.FromSeconds(1))), Is.Zero);
        var sample = sensors.Read(AmdSensors.Seldom);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Uncorrected(sample), Is.EqualTo(2));
            Assert.That(sample.Errors, Has.Member(new ErrorCount("umc", ErrorKind.Deferred, 4)));
            Assert.That(sample.Repairs, Is.EqualTo(new MemoryRepairs { PagesRetiredForUncorrected = 5 }));
        }

        static long Uncorrected(GpuSample sample) => sample.Errors.Single(error => error is { Location: "umc", Kind: ErrorKind.Uncorrected }).Count;
    }

    [Test]
    public void A_reason_to_throttle_that_the_firmware_counts_holds_when_it_rises()
    {
        var table = new GpuMetricsTable(1, 6).Set("accumulation_counter", 1000).Set("ppt_residency_acc", 10).Set("prochot_residency_acc", 0);
        using var sensors = Open(new AmdSensorFiles { GpuMetrics = table.ToBytes() });
        Assert.That(sensors.Read(TimeSpan.Zero).Throttling, Is.Empty);

        Change(new AmdSensorFiles { GpuMetrics = table.Set("accumulation_counter", 2000).Set("ppt_residency_acc", 400).ToBytes() });
        Assert.That(sensors.Read(TimeSpan.FromSeconds(1)).Throttling, Is.EqualTo((ThrottleReason[])[new("prochot", false), new("power", true)]));
    }

    [Test]
    public void A_GPU_that_sleeps_is_not_woken()
    {
        using var sensors = Open(new AmdSensorFiles { Further = new Dictionary<string, string?> { ["power/runtime_status"] = "suspended\n" } });
        var asleep = sensors.Read(TimeSpan.Zero);
        Change(new AmdSensorFiles());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(asleep.Problem, Is.EqualTo("it sleeps, and is not woken to be read"));
            Assert.That((asleep.UtilizationRatio, asleep.PowerWatts, asleep.MemoryUsedBytes), Is.EqualTo(((double?)null, (double?)null, (long?)null)));
            Assert.That(sensors.Read(TimeSpan.FromSeconds(1)).PowerWatts, Is.EqualTo(143.5));
        }
    }

    [Test]
    public void A_GPU_that_is_not_on_the_bus_any_more_is_an_error()
    {
        using var sensors = Open(new AmdSensorFiles());
        File.Delete(Path.Combine(_host!.SysRoot, "bus/pci/devices", Card));

        Assert.That(() => sensors.Read(TimeSpan.Zero), Throws.InstanceOf<IOException>().With.Message.EqualTo($"{Card} is not on the PCI bus any more"));
    }

    [Test]
    public void A_GPU_of_which_no_file_tells_is_not_read_and_not_at_rest()
    {
        using var sensors = Open(new AmdSensorFiles());
        foreach (var name in Telling)
            Command.Run("rm", "-rf", Path.Combine(_host!.SysRoot, "bus/pci/devices", Card, name));

        Assert.That(sensors.Read(TimeSpan.Zero).Problem, Is.EqualTo("its driver tells nothing of it"));
    }

    [Test]
    public void A_GPU_of_which_no_file_can_be_read_has_a_problem_and_no_values()
    {
        using var sensors = Open(new AmdSensorFiles());
        var device = Path.Combine(_host!.SysRoot, "bus/pci/devices", Card);
        foreach (var name in Telling)
        {
            Command.Run("rm", "-rf", Path.Combine(device, name));
            if (name != "hwmon")
                Directory.CreateDirectory(Path.Combine(device, name));
        }

        var sample = sensors.Read(TimeSpan.Zero);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(sample.Problem, Does.Contain(Card).And.EndWith("(EISDIR)"));
            Assert.That(sample.UtilizationRatio, Is.Null);
            Assert.That(sample.Clocks, Is.Empty);
        }
    }

    // Its files give the numbers without the second that the driver takes.
    [Test]
    public void Throughput_is_measured_beside_where_it_is_wanted()
    {
        var files = new AmdSensorFiles { Further = new Dictionary<string, string?> { ["pcie_bw"] = "11886 2528 256\n" } };
        using var silent = Open(files);
        Assert.That(silent.Read(TimeSpan.Zero).Pcie!.ReceivedBytesPerSecond, Is.Null);

        using var sensors = Open(files, configuration => configuration with { AgentPcieThroughput = true });
        GpuSample? sample = null;
        Assert.That(() => (sample = sensors.Read(TimeSpan.Zero)).Pcie!.ReceivedBytesPerSecond, Is.EqualTo(3_042_816).After(30).Seconds.PollEvery(10).MilliSeconds);
        Assert.That(sample!.Pcie, Is.EqualTo(new PcieLink
        {
            TransfersPerSecond = 16e9,
            MaxTransfersPerSecond = 16e9,
            Lanes = 16,
            MaxLanes = 16,
            ReceivedBytesPerSecond = 3_042_816,
            TransmittedBytesPerSecond = 647_168,
            Replays = 0,
        }));
    }

    [Test]
    public void Partitions_tell_their_own_activity_and_the_first_what_is_the_boards()
    {
        var table = new GpuMetricsTable(1, 6).Set("curr_socket_power", 600)
            .Set("xcp_stats[0].gfx_busy_inst", 10).Set("xcp_stats[1].gfx_busy_inst", 20).Set("xcp_stats[2].gfx_busy_inst", 30).Set("xcp_stats[3].gfx_busy_inst", 40).ToBytes();
        Create(ReadyHosts.PartitionedMi300.Amd[0] with { Sensors = new AmdSensorFiles { GpuMetrics = table, FanRpm = null } });
        var samples = Gpus().Select(gpu =>
        {
            using var sensors = Source().Open(gpu, HeldUnit.Of(gpu));
            return sensors.Read(TimeSpan.Zero);
        }).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(samples.Select(sample => sample.UtilizationRatio), Is.EqualTo((double?[])[0.1, 0.2, 0.3, 0.4]));
            Assert.That(samples.Select(sample => sample.PowerWatts), Is.EqualTo((double?[])[143.5, null, null, null]));
            Assert.That(samples.Select(sample => sample.MemoryUsedBytes), Is.All.Null);
            Assert.That(samples.Select(sample => sample.MemoryTotalBytes), Is.All.EqualTo(samples[0].Gpu.MemoryBytes));
            Assert.That(samples[0].MemoryTotalBytes * 4, Is.EqualTo((long)_host!.AmdGpus[0].VramBytes));
            Assert.That(samples[0].Errors, Is.Not.Empty);
            Assert.That(samples[1].Errors, Is.Empty);
            Assert.That(samples.Select(sample => sample.Problem), Is.All.Null);
        }
    }

    private Agent.Monitoring.IGpuSensors Open(AmdSensorFiles files, Func<RuntimeConfiguration, RuntimeConfiguration>? changed = null)
    {
        Create(new SimulatedAmdGpu { PciAddress = Card, DeviceId = "0x740f", CardNumber = 1, RenderNumber = 128, Sensors = files });
        var gpu = Gpus().Single();
        return Source(changed).Open(gpu, HeldUnit.Of(gpu));
    }

    private void Create(SimulatedAmdGpu gpu) => _host = SimulatedHost.Create(Temporary.Combine("host"), new SimulatedHostOptions { Amd = [gpu] });

    private void Change(AmdSensorFiles files) => files.Write(_host!.SysRoot, Card);

    private RuntimeConfiguration Configuration => ConfigurationFile.Load(_host!.ConfigPath).Values;

    private AmdSensorSource Source(Func<RuntimeConfiguration, RuntimeConfiguration>? changed = null) => new((changed ?? (same => same))(Configuration), _clock);

    private IReadOnlyList<Gpu> Gpus()
    {
        using var root = new LinuxHostRoot(Configuration);
        return VendorModules.Discover(root).Select(gpu => VendorModules.Describe(gpu, root)).ToList();
    }
}
