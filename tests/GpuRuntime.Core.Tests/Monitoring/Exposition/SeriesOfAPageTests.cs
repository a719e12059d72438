using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Exposition;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Tests.Monitoring.Exposition;

/// <summary>Whatever sources tell, a page has no series twice, and every label says whose it is.</summary>
public sealed class SeriesOfAPageTests
{
    private static readonly MetricSubject Subject = new("1.2.3", "host-1");

    [Test]
    public void A_sensor_that_is_told_twice_gives_one_series()
    {
        var page = Page(new GpuSample(Amd(0, 3)) { Temperatures = [new Temperature("edge", 40), new Temperature("edge", 41), new Temperature("junction", 42)] });

        Assert.That(Lines(page, "gpu_runtime_temperature_celsius"), Is.EqualTo((string[])
        [
            """gpu_runtime_temperature_celsius{vendor="amd",gpu="amd:0",sensor="edge"} 40""",
            """gpu_runtime_temperature_celsius{vendor="amd",gpu="amd:0",sensor="junction"} 42""",
        ]));
    }

    [Test]
    public void Errors_of_one_location_and_several_kinds_are_series_of_their_own()
    {
        var page = Page(new GpuSample(Amd(0, 3)) { Errors = [new ErrorCount("umc", ErrorKind.Corrected, 1), new ErrorCount("umc", ErrorKind.Uncorrected, 2), new ErrorCount("umc", ErrorKind.Corrected, 3)] });

        Assert.That(Lines(page, "gpu_runtime_hardware_errors_total"), Is.EqualTo((string[])
        [
            """gpu_runtime_hardware_errors_total{vendor="amd",gpu="amd:0",location="umc",kind="corrected"} 1""",
            """gpu_runtime_hardware_errors_total{vendor="amd",gpu="amd:0",location="umc",kind="uncorrected"} 2""",
        ]));
    }

    [Test]
    public void A_lost_GPU_whose_id_another_one_has_is_called_by_its_place()
    {
        var lost = new GpuSample(Amd(0, 3)) { Problem = "it is not on this host any more" };

        var page = Page(new GpuSample(Amd(0, 4)), lost);

        Assert.That(Lines(page, "gpu_runtime_up"), Is.EqualTo((string[])["""gpu_runtime_up{vendor="amd",gpu="amd:0"} 1""", """gpu_runtime_up{vendor="amd",gpu="0000:03:00.0"} 0"""]));
    }

    [Test]
    public void A_long_name_is_cut_and_no_character_in_half()
    {
        var page = Page(new GpuSample(Amd(0, 3) with { Name = new string('n', 255) + "\U0001F600" + new string('m', 100_000) }));

        var line = Lines(page, "gpu_runtime_device_info").Single();
        Assert.That(line, Does.Contain($"name=\"{new string('n', 255)}\",").And.Not.Contain("\ufffd"));
    }

    [TestCase("a\"b\\c\nd", "a\\\"b\\\\c\\nd")]
    [TestCase("\u001b[31m\0\r\u0085", "?[31m???")]
    [TestCase("Größe", "Größe")]
    public void What_is_special_in_a_name_is_escaped(string name, string written) =>
        Assert.That(Lines(Page(new GpuSample(Amd(0, 3) with { Name = name })), "gpu_runtime_device_info").Single(), Does.Contain($"name=\"{written}\""));

    // Not a case of the above: attributes hold no half of a surrogate pair.
    [Test]
    public void Half_a_surrogate_pair_in_a_name_is_replaced() =>
        Assert.That(Lines(Page(new GpuSample(Amd(0, 3) with { Name = "\ud800x" })), "gpu_runtime_device_info").Single(), Does.Contain("name=\"\ufffdx\""));

    [Test]
    public void No_number_gives_no_series() =>
        Assert.That(Page(new GpuSample(Amd(0, 3)) { PowerWatts = double.NaN, PowerLimitWatts = double.PositiveInfinity }), Does.Not.Contain("_watts"));

    [Test]
    public void A_counter_of_OpenMetrics_has_its_ending_in_the_series_alone() =>
        Assert.That(
            Page(MetricFormat.OpenMetrics, Metrics.All, [new GpuSample(Amd(0, 3)) { EnergyJoules = 0.1 }]),
            Does.Contain("# TYPE gpu_runtime_energy_joules counter\n# UNIT gpu_runtime_energy_joules joules\ngpu_runtime_energy_joules_total{vendor=\"amd\",gpu=\"amd:0\"} 0.1\n").And.EndsWith("# EOF\n"));

    [Test]
    public void Under_the_names_of_NVIDIAs_exporter_GPUs_of_two_vendors_have_two_numbers_and_MIG_devices_and_holders_their_labels()
    {
        var mig = new MigSample(new MigDevice(1, 9, 0) { Profile = "1g.10gb" }) { MemoryTotalBytes = 10L << 30, MemoryUsedBytes = 3L << 30 };
        var nvidia = new GpuSample(new Gpu { Vendor = GpuVendor.Nvidia, Index = 0, PciAddress = new PciAddress(0, 0x3b, 0, 0), Uuid = "GPU-1", Name = "A100", DriverVersion = "570.1" })
        {
            MemoryUsedBytes = 5L << 30,
            MigDevices = [mig],
        };
        var amd = new GpuSample(Amd(0, 3)) { MemoryUsedBytes = 1L << 30 };
        ContainerUse[] containers =
        [
            new(new ContainerIdentity("c1", "containerd") { Pod = "p", PodNamespace = "ns", PodContainer = "main" }, [new UnitUse("nvidia:0:1", GpuVendor.Nvidia, "nvidia:0")]),
            new(new ContainerIdentity("c2", "docker") { Name = "two" }, [new UnitUse("amd:0", GpuVendor.Amd, "amd:0")]),
            new(new ContainerIdentity("c3", "docker") { Name = "three" }, [new UnitUse("amd:0", GpuVendor.Amd, "amd:0")]),
        ];

        var page = Page(MetricFormat.Prometheus, DcgmMetrics.All, [nvidia, amd], containers);

        Assert.That(Lines(page, "DCGM_FI_DEV_FB_USED"), Is.EqualTo((string[])
        [
            """DCGM_FI_DEV_FB_USED{gpu="0",UUID="GPU-1",pci_bus_id="00000000:3B:00.0",device="nvidia0",modelName="A100",hostname="host-1",Hostname="host-1",DCGM_FI_DRIVER_VERSION="570.1"} 5120""",
            """DCGM_FI_DEV_FB_USED{gpu="0",UUID="GPU-1",pci_bus_id="00000000:3B:00.0",device="nvidia0",modelName="A100",GPU_I_PROFILE="1g.10gb",GPU_I_ID="9",hostname="host-1",Hostname="host-1",DCGM_FI_DRIVER_VERSION="570.1",container="main",namespace="ns",pod="p"} 3072""",
            // Two share it: nobody can say whose memory that is.
            """DCGM_FI_DEV_FB_USED{gpu="1",UUID="",pci_bus_id="00000000:03:00.0",device="amd0",modelName="",hostname="host-1",Hostname="host-1"} 1024""",
        ]));
    }

    private static Gpu Amd(int index, byte bus) => new() { Vendor = GpuVendor.Amd, Index = index, PciAddress = new PciAddress(0, bus, 0, 0) };

    private static string[] Lines(string page, string metric) => [.. page.Split('\n').Where(line => line.StartsWith($"{metric}{{", StringComparison.Ordinal))];

    private static string Page(params ImmutableArray<GpuSample> gpus) => Page(MetricFormat.Prometheus, Metrics.All, gpus);

    private static string Page(MetricFormat format, ImmutableArray<MetricFamily> families, ImmutableArray<GpuSample> gpus, params ReadOnlySpan<ContainerUse> containers)
    {
        var output = new ArrayBufferWriter<byte>();
        MetricPage.Write(new HostSample(DateTimeOffset.UnixEpoch) { Gpus = gpus, Containers = [.. containers] }, Subject, families, format, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
