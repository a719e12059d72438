using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Amd;

namespace GpuRuntime.Core.Tests.Monitoring;

/// <summary>Everything that a captured AMD card tells, and nothing that it does not.</summary>
[SetCulture("")]
public sealed class CapturedCardsAmdTests : CapturedCardsFixture
{
    [Test]
    public void An_RX_6900_XT_tells_what_its_files_and_table_1_3_say() => Assert.That(Read("rx6900xt"), Is.EqualTo(
        """
        UtilizationRatio 0.03
        MemoryActivityRatio 0
        Engines Engine=video BusyRatio=0
        MemoryTotalBytes 17163091968
        MemoryUsedBytes 668274688
        MemoryPools Pool=visible_vram TotalBytes=17163091968 UsedBytes=668274688
        MemoryPools Pool=gtt TotalBytes=16786171904 UsedBytes=62369792
        PowerWatts 36
        PowerLimitWatts 289
        Temperatures Sensor=edge Celsius=56 CriticalCelsius=100
        Temperatures Sensor=junction Celsius=59 CriticalCelsius=110
        Temperatures Sensor=memory Celsius=54 CriticalCelsius=100
        Temperatures Sensor=vr_graphics Celsius=49
        Temperatures Sensor=vr_soc Celsius=49
        Temperatures Sensor=vr_memory Celsius=51
        Clocks Domain=graphics Hertz=500000000 MaxHertz=2660000000
        Clocks Domain=memory Hertz=1000000000 MaxHertz=1000000000
        Clocks Domain=soc Hertz=800000000 MaxHertz=1200000000
        Clocks Domain=fabric Hertz=1302000000 MaxHertz=1941000000
        Clocks Domain=video Hertz=0
        Fans Index=0 Rpm=0 Ratio=0
        Voltages Rail=graphics Volts=0.775
        Voltages Rail=soc Volts=0.818
        Voltages Rail=memory Volts=1.356
        Pcie TransfersPerSecond=16000000000 MaxTransfersPerSecond=16000000000 Lanes=16 MaxLanes=16 Replays=0
        Throttling Reason=power IsActive=False
        Throttling Reason=current IsActive=False
        Throttling Reason=thermal IsActive=False
        Throttling Reason=prochot IsActive=False
        Throttling Reason=reliability IsActive=False
        """));

    [Test]
    public void A_Vega_56_without_a_table_tells_what_its_files_say() => Assert.That(Read("vega56"), Is.EqualTo(
        """
        UtilizationRatio 0
        MemoryTotalBytes 8573157376
        MemoryUsedBytes 16613376
        MemoryPools Pool=visible_vram TotalBytes=268435456 UsedBytes=16613376
        MemoryPools Pool=gtt TotalBytes=8342863872 UsedBytes=12337152
        PowerWatts 8
        PowerLimitWatts 260
        Temperatures Sensor=edge Celsius=38 CriticalCelsius=85
        Temperatures Sensor=junction Celsius=38 CriticalCelsius=105
        Temperatures Sensor=memory Celsius=39 CriticalCelsius=95
        Clocks Domain=graphics Hertz=26000000 MaxHertz=1590000000
        Clocks Domain=memory Hertz=167000000 MaxHertz=920000000
        Clocks Domain=soc Hertz=600000000 MaxHertz=1107000000
        Fans Index=0 Rpm=5 Ratio=0.0014285714285714286
        Voltages Rail=graphics Volts=0.762
        Pcie TransfersPerSecond=8000000000 MaxTransfersPerSecond=8000000000 Lanes=16 MaxLanes=16 Replays=0
        """));

    // The capture has no current_link_speed: the link is what pp_dpm_pcie marks.
    [Test]
    public void An_RX_580_without_a_table_tells_what_its_files_say() => Assert.That(Read("rx580"), Is.EqualTo(
        """
        UtilizationRatio 0.11
        MemoryActivityRatio 0.02
        MemoryTotalBytes 4294967296
        MemoryUsedBytes 536870912
        MemoryPools Pool=visible_vram TotalBytes=268435456 UsedBytes=150302720
        MemoryPools Pool=gtt TotalBytes=8342712320 UsedBytes=92377088
        PowerWatts 41.045
        PowerLimitWatts 155
        Temperatures Sensor=edge Celsius=44 CriticalCelsius=94
        Clocks Domain=graphics Hertz=798080000 MaxHertz=1366000000
        Clocks Domain=memory Hertz=1750000000 MaxHertz=1750000000
        Fans Index=0 Rpm=595 Ratio=0.1859375
        Voltages Rail=graphics Volts=0.975
        Pcie TransfersPerSecond=8000000000 MaxTransfersPerSecond=8000000000 Lanes=16 MaxLanes=16 Replays=3
        """));

    // The capture has few files: no memory, no table.
    [Test]
    public void An_RX_7900_XTX_tells_what_its_files_say() => Assert.That(Read("rx7900xtx"), Is.EqualTo(
        """
        UtilizationRatio 0.03
        PowerWatts 68
        PowerLimitWatts 290
        Temperatures Sensor=edge Celsius=53 CriticalCelsius=100
        Temperatures Sensor=junction Celsius=61 CriticalCelsius=110
        Temperatures Sensor=memory Celsius=68 CriticalCelsius=108
        Clocks Domain=graphics Hertz=31000000 MaxHertz=2219000000
        Clocks Domain=memory Hertz=1249000000 MaxHertz=1249000000
        Clocks Domain=soc Hertz=1500000000 MaxHertz=1500000000
        Fans Index=0 Rpm=0 Ratio=0
        Voltages Rail=graphics Volts=0.686
        Pcie TransfersPerSecond=16000000000 Lanes=16
        """));

    [Test]
    public void A_Strix_Point_tells_what_its_files_and_table_3_0_say_and_no_voltage_of_0() => Assert.That(Read("strixpoint"), Is.EqualTo(
        """
        UtilizationRatio 0.03
        Engines Engine=video BusyRatio=0
        MemoryTotalBytes 536870912
        MemoryUsedBytes 514580480
        MemoryPools Pool=visible_vram TotalBytes=536870912 UsedBytes=514580480
        MemoryPools Pool=gtt TotalBytes=16441004032 UsedBytes=3946811392
        PowerWatts 9.087
        Temperatures Sensor=edge Celsius=38
        Temperatures Sensor=soc Celsius=40.62
        Temperatures Sensor=skin Celsius=35.98
        Clocks Domain=graphics Hertz=848000000 MaxHertz=2900000000
        Clocks Domain=memory Hertz=836000000 MaxHertz=1000000000
        Clocks Domain=soc Hertz=628000000 MaxHertz=1472000000
        Clocks Domain=fabric Hertz=1162000000 MaxHertz=1960000000
        Clocks Domain=video Hertz=800000000 MaxHertz=2944000000
        Pcie TransfersPerSecond=16000000000 MaxTransfersPerSecond=16000000000 Lanes=16 MaxLanes=16
        """));

    [Test]
    public void A_Phoenix_tells_what_its_files_and_table_2_1_say() => Assert.That(Read("phoenix"), Is.EqualTo(
        """
        UtilizationRatio 0
        Engines Engine=video BusyRatio=0
        MemoryTotalBytes 4294967296
        MemoryUsedBytes 1272893440
        MemoryPools Pool=visible_vram TotalBytes=4294967296 UsedBytes=1272893440
        MemoryPools Pool=gtt TotalBytes=31433977856 UsedBytes=211398656
        PowerWatts 3.103
        Temperatures Sensor=edge Celsius=25
        Temperatures Sensor=soc Celsius=27.37
        Clocks Domain=graphics Hertz=800000000 MaxHertz=2700000000
        Clocks Domain=memory Hertz=400000000 MaxHertz=800000000
        Clocks Domain=soc Hertz=400000000 MaxHertz=1200000000
        Clocks Domain=fabric Hertz=400000000 MaxHertz=1600000000
        Clocks Domain=video Hertz=800000000 MaxHertz=2400000000
        Voltages Rail=graphics Volts=0.814
        Voltages Rail=northbridge Volts=0.615
        Pcie TransfersPerSecond=16000000000 MaxTransfersPerSecond=16000000000 Lanes=16 MaxLanes=16
        """));

    [Test]
    public void What_went_over_a_captured_link_is_packets_by_their_most_bytes()
    {
        using var files = Files("amd/rx580");
        Assert.That(PcieBandwidth.Parse(files.ReadText(PcieBandwidth.File)), Is.EqualTo(new PcieBandwidth(11886 * 256, 2528 * 256)));
    }

    // A file that the card has and that was captured empty.
    [Test]
    public void Of_an_empty_file_nothing_is_told()
    {
        using var files = Files("amd/rx6900xt");
        Assert.That(PcieBandwidth.Parse(files.ReadText(PcieBandwidth.File)), Is.Null);
    }

    private string Read(string card)
    {
        using var files = Files($"amd/{card}");
        var gpu = new Gpu { Vendor = GpuVendor.Amd, Index = 0, PciAddress = new PciAddress(0, 3, 0, 0), Driver = "amdgpu" };
        return SampleText.Of(AmdReading.Of(files, gpu, AmdSeldom.Read(files), GpuMetrics.Read(files), null));
    }
}
