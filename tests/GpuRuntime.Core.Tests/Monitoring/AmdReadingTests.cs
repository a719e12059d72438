using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Amd;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Monitoring;

/// <summary>What is made of the files of one GPU, of which several tell the same.</summary>
[SetCulture("")]
public sealed class AmdReadingTests
{
    private static readonly Gpu Whole = new() { Vendor = GpuVendor.Amd, Index = 0, PciAddress = new PciAddress(0, 3, 0, 0), Driver = "amdgpu", MemoryBytes = 64L << 30 };

    [Test]
    public void A_GPU_without_any_file_tells_its_size_alone() => Assert.That(Read(new MemoryFiles(), Whole), Is.EqualTo("MemoryTotalBytes 68719476736"));

    [Test]
    public void Hwmon_and_the_drivers_files_go_before_the_firmwares_table()
    {
        var files = new MemoryFiles
        {
            ["gpu_busy_percent"] = "40\n",
            ["hwmon/hwmon2/name"] = "amdgpu\n",
            ["hwmon/hwmon2/power1_average"] = "100500000\n",
            ["hwmon/hwmon2/temp1_label"] = "edge\n",
            ["hwmon/hwmon2/temp1_input"] = "-5500\n",
            ["hwmon/hwmon2/freq1_label"] = "sclk\n",
            ["hwmon/hwmon2/freq1_input"] = "1700000000\n",
            ["pcie_replay_count"] = "1\n",
        }.With("gpu_metrics", new GpuMetricsTable(1, 8)
            .Set("average_gfx_activity", 90).Set("average_umc_activity", 5).Set("curr_socket_power", 99).Set("temperature_hotspot", 71).Set("current_gfxclk", 9).Set("current_uclk", 1300)
            .Set("pcie_replay_count_acc", 8).ToBytes());

        Assert.That(Read(files, Whole), Is.EqualTo(
            """
            UtilizationRatio 0.4
            MemoryActivityRatio 0.05
            MemoryTotalBytes 68719476736
            PowerWatts 100.5
            Temperatures Sensor=edge Celsius=-5.5
            Temperatures Sensor=junction Celsius=71
            Clocks Domain=graphics Hertz=1700000000
            Clocks Domain=memory Hertz=1300000000
            Pcie Replays=1
            """));
    }

    [Test]
    public void The_link_is_that_of_the_slot_and_not_of_the_bridge_on_the_board()
    {
        var files = new MemoryFiles { ["current_link_speed"] = "16.0 GT/s PCIe\n", ["current_link_width"] = "16\n", ["max_link_speed"] = "16.0 GT/s PCIe\n", ["max_link_width"] = "16\n" }
            .With("gpu_metrics", new GpuMetricsTable(1, 3).Set("pcie_link_width", 8).Set("pcie_link_speed", 80).ToBytes());

        Assert.That(Read(files, Whole with { MemoryBytes = null }), Is.EqualTo("Pcie TransfersPerSecond=8000000000 MaxTransfersPerSecond=16000000000 Lanes=8 MaxLanes=16"));
    }

    [Test]
    public void Power_is_told_by_newer_kernels_as_input_and_no_limit_of_0_is_one()
    {
        var files = new MemoryFiles { ["hwmon/hwmon2/name"] = "amdgpu", ["hwmon/hwmon2/power1_input"] = "250000", ["hwmon/hwmon2/power1_cap"] = "0" };
        Assert.That(Read(files, Whole with { MemoryBytes = null }), Is.EqualTo("PowerWatts 0.25"));
    }

    [Test]
    public void A_card_of_the_radeon_driver_tells_by_its_own_hwmon()
    {
        var files = new MemoryFiles { ["hwmon/hwmon1/name"] = "radeon", ["hwmon/hwmon1/temp1_input"] = "47000", ["hwmon/hwmon1/temp1_crit"] = "120000", ["hwmon/hwmon1/pwm1"] = "51" };
        Assert.That(Read(files, Whole with { Driver = "radeon", MemoryBytes = null }), Is.EqualTo("Temperatures Sensor=gpu Celsius=47 CriticalCelsius=120\nFans Index=0 Ratio=0.2"));
    }

    [Test]
    public void Numbers_that_are_none_are_not_told()
    {
        var files = new MemoryFiles
        {
            ["gpu_busy_percent"] = "250\n",
            ["mem_busy_percent"] = "\n",
            ["mem_info_vram_total"] = "0\n",
            ["mem_info_vram_used"] = "12\n",
            ["mem_info_gtt_total"] = "-1\n",
            ["hwmon/hwmon2/name"] = "amdgpu",
            ["hwmon/hwmon2/temp1_input"] = "hot",
            ["hwmon/hwmon2/power1_average"] = "-3",
            ["hwmon/hwmon2/fan1_input"] = "9999999999999999999999",
            ["hwmon/hwmon2/in0_input"] = "0",
            ["current_link_width"] = "63",
            ["current_link_speed"] = "Unknown",
        }.With("gpu_metrics", [1, 2, 3]);

        Assert.That(Read(files, Whole with { MemoryBytes = null }), Is.Empty);
    }

    [Test]
    public void A_fan_that_is_faster_than_its_most_is_at_its_most()
    {
        var files = new MemoryFiles { ["hwmon/hwmon2/name"] = "amdgpu", ["hwmon/hwmon2/fan1_input"] = "3300", ["hwmon/hwmon2/fan1_max"] = "3200" };
        Assert.That(Read(files, Whole with { MemoryBytes = null }), Is.EqualTo("Fans Index=0 Rpm=3300 Ratio=1"));
    }

    [Test]
    public void Errors_and_bad_pages_are_told_by_block()
    {
        var files = new MemoryFiles
        {
            ["ras/umc_err_count"] = "ue: 1\nce: 5\nde: 2\n",
            ["ras/gfx_err_count"] = "ue: 0\nce: 0\n",
            ["ras/features"] = "feature mask: 0x3fff\n",
            ["ras/gpu_vram_bad_pages"] = "0x00000040 : 0x00001000 : R\n",
        };

        Assert.That(Read(files, Whole with { MemoryBytes = null }), Is.EqualTo(
            """
            Errors Location=gfx Kind=Uncorrected Count=0 IsLifetime=False
            Errors Location=gfx Kind=Corrected Count=0 IsLifetime=False
            Errors Location=umc Kind=Uncorrected Count=1 IsLifetime=False
            Errors Location=umc Kind=Corrected Count=5 IsLifetime=False
            Errors Location=umc Kind=Deferred Count=2 IsLifetime=False
            Repairs PagesRetiredForUncorrected=1
            """));
    }

    [Test]
    public void A_reason_to_throttle_that_is_counted_needs_an_earlier_reading()
    {
        var table = new GpuMetricsTable(1, 7).Set("accumulation_counter", 5000).Set("ppt_residency_acc", 90).Set("hbm_thm_residency_acc", 0);
        var last = GpuMetrics.Parse(table.ToBytes());
        var now = GpuMetrics.Parse(table.Set("accumulation_counter", 6000).Set("ppt_residency_acc", 600).ToBytes());
        var sample = AmdReading.Of(new MemoryFiles(), Whole with { MemoryBytes = null }, AmdSeldom.Nothing, now, last);

        Assert.That(SampleText.Of(sample), Is.EqualTo("Throttling Reason=power IsActive=True\nThrottling Reason=memory_thermal IsActive=False"));
    }

    // Of an MI300X in CPX: memory files and sensors are the board's, activity is each partition's own.
    [TestCase(0, ExpectedResult = "UtilizationRatio 1\nEngines Engine=video BusyRatio=0.5\nMemoryTotalBytes 25769803776\nPowerWatts 640\nTemperatures Sensor=junction Celsius=61\nClocks Domain=graphics Hertz=2100000000")]
    [TestCase(3, ExpectedResult = "UtilizationRatio 0.3\nMemoryTotalBytes 25769803776")]
    [TestCase(5, ExpectedResult = "MemoryTotalBytes 25769803776")]
    [TestCase(9, ExpectedResult = "MemoryTotalBytes 25769803776")]
    public string A_partition_tells_what_is_its_own(int partition)
    {
        var files = new MemoryFiles { ["gpu_busy_percent"] = "40", ["mem_info_vram_total"] = "206158430208", ["mem_info_vram_used"] = "1000000", ["mem_info_gtt_used"] = "5" }
            .With("gpu_metrics", new GpuMetricsTable(1, 6).Set("curr_socket_power", 640).Set("temperature_hotspot", 61).Set("average_gfx_activity", 40).Set("current_gfxclk", 2100)
                .Set("xcp_stats[0].gfx_busy_inst", 100).Set("xcp_stats[0].vcn_busy", 50).Set("xcp_stats[3].gfx_busy_inst", 20, 40).ToBytes());

        return Read(files, Whole with { Partition = partition, MemoryBytes = 24L << 30 });
    }

    [Test]
    public void A_partition_with_a_table_of_its_own_tells_by_that()
    {
        var files = new MemoryFiles()
            .With("gpu_metrics", new GpuMetricsTable(1, 6).Set("xcp_stats[2].gfx_busy_inst", 1).ToBytes())
            .With("xcp/2/xcp_metrics", new GpuMetricsAttributes(1).Add(40, 4, 80).Add(33, 2, 1900).ToBytes());

        Assert.That(Read(files, Whole with { Partition = 2, MemoryBytes = null }), Is.EqualTo("UtilizationRatio 0.8\nClocks Domain=graphics Hertz=1900000000"));
    }

    private static string Read(MemoryFiles files, Gpu gpu) => SampleText.Of(AmdReading.Of(files, gpu, AmdSeldom.Read(files), GpuMetrics.Read(files), null));
}
