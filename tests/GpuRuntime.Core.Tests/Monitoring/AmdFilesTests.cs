using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Monitoring.Amd;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Core.Monitoring.Sysfs;

namespace GpuRuntime.Core.Tests.Monitoring;

/// <summary>The texts of amdgpu: frequencies, errors, pages, links.</summary>
public sealed class AmdFilesTests
{
    [TestCase("0: 500Mhz *\n1: 2660Mhz ", 500e6, 2660e6)]
    [TestCase("0: 500Mhz\n1: 31Mhz *\n2: 2219Mhz", 31e6, 2219e6, TestName = "the current one may be none of the levels")]
    [TestCase("S: 19Mhz *\n0: 500Mhz \n1: 2400Mhz ", 19e6, 2400e6, TestName = "deep sleep has a letter")]
    [TestCase("0: 800Mhz *\n1: 800Mhz *\n2: 900Mhz ", 800e6, 900e6, TestName = "two marked ones that are the same")]
    [TestCase("0: 800Mhz *\n1: 900Mhz *", null, 900e6, TestName = "two marked ones that differ")]
    [TestCase("0: 400Mhz \n1: 800Mhz ", null, 800e6, TestName = "none is marked")]
    [TestCase("0: 0Mhz *\n1: 0Mhz *", 0.0, null, TestName = "an engine that is off")]
    [TestCase("", null, null)]
    [TestCase("0: fast *\n-1Mhz *\n1: -5Mhz *", null, null)]
    public void Frequencies(string text, double? current, double? highest) => Assert.That(DpmTable.Parse(text), Is.EqualTo(new DpmTable(current, highest)));

    [TestCase("0: 2.5GT/s, x8 \n1: 8.0GT/s, x16 *", 8e9, 16)]
    [TestCase("0: 2.5GT/s, x1 310Mhz \n1: 16.0GT/s, x16 619Mhz *", 16e9, 16)]
    [TestCase("0: 16.0GT/s, x16 78Mhz *\n1: 16.0GT/s, x16 156Mhz *", 16e9, 16)]
    public void A_marked_link(string text, double speed, int lanes) => Assert.That(DpmTable.ParseLink(text), Is.EqualTo(new PcieLink { TransfersPerSecond = speed, Lanes = lanes }));

    [TestCase("0: 2.5GT/s, x8 *\n1: 8.0GT/s, x16 *")]
    [TestCase("0: 2.5GT/s, x8 ")]
    [TestCase("1: fast *")]
    [TestCase("")]
    public void A_link_of_which_the_table_does_not_tell(string text) => Assert.That(DpmTable.ParseLink(text), Is.Null);

    [TestCase("ue: 1\nce: 20\nde: 3", ExpectedResult = "umc Uncorrected 1, umc Corrected 20, umc Deferred 3")]
    [TestCase("ue: 0\nce: 0\n", ExpectedResult = "umc Uncorrected 0, umc Corrected 0")]
    [TestCase("ue: many\nxe: 4\nce 5\nce: -1\n", ExpectedResult = "")]
    public string Errors_of_a_block(string text) => string.Join(", ", RasFiles.ParseErrors("umc", text).Select(error => $"{error.Location} {error.Kind} {error.Count}"));

    [TestCase("", ExpectedResult = 0)]
    [TestCase("0x00000040 : 0x00001000 : R\n0x00000041 : 0x00001000 : P\n0x00000042 : 0x00001000 : F\n", ExpectedResult = 3)]
    [TestCase("0x00000040 : 0x0000", ExpectedResult = 0)]
    public long Bad_pages(string text) => RasFiles.CountPages(text);

    [TestCase("85 0 256", 85 * 256.0, 0.0)]
    [TestCase("9223372036854775807 1 4096", 9223372036854775807 * 4096.0, 4096.0)]
    public void Throughput(string text, double received, double sent) => Assert.That(PcieBandwidth.Parse(text), Is.EqualTo(new PcieBandwidth(received, sent)));

    [TestCase("2.5 GT/s PCIe", ExpectedResult = 2.5e9)]
    [TestCase("64.0 GT/s PCIe", ExpectedResult = 64e9)]
    [TestCase("8 GT/s", ExpectedResult = 8e9)]
    [TestCase("Unknown", ExpectedResult = null)]
    [TestCase("Unknown speed", ExpectedResult = null)]
    [TestCase("", ExpectedResult = null)]
    [TestCase("-5 GT/s", ExpectedResult = null)]
    [TestCase("1e300 GT/s", ExpectedResult = null)]
    public double? The_speed_of_a_link(string text) => PcieLinkFiles.ParseSpeed(text);

    [TestCase(16, ExpectedResult = 16)]
    [TestCase(0, ExpectedResult = null)]
    [TestCase(63, ExpectedResult = null)]
    [TestCase(255, ExpectedResult = null)]
    public int? The_width_of_a_link(long width) => PcieLinkFiles.Lanes(width);

    [Test]
    public void Each_bit_of_the_throttle_status_is_a_reason([Range(0, 63)] int bit)
    {
        var expected = bit switch
        {
            <= 7 or 56 => "power",
            >= 16 and <= 23 => "current",
            >= 32 and <= 45 => "thermal",
            46 or 47 => "prochot",
            57 => "reliability",
            _ => "",
        };

        Assert.That(Active(ThrottleBits.Of(1UL << bit, null)), Is.EqualTo(expected));
    }

    [TestCase(60, 110.0, ExpectedResult = "", TestName = "RDNA 3 sets the bit of the hottest spot always")]
    [TestCase(104, 110.0, ExpectedResult = "thermal")]
    [TestCase(104, null, ExpectedResult = "thermal", TestName = "it is believed where the limit is not known")]
    public string The_bit_of_the_hottest_spot_counts_near_its_limit(double celsius, double? critical) => Active(ThrottleBits.Of(1UL << 36, new Temperature("junction", celsius, critical)));

    [Test]
    public void Counters_that_rise_are_reasons_that_hold()
    {
        var last = new GpuMetrics { Cycles = 1000, Residencies = [new("power", 40), new("thermal", 7), new("prochot", 9)] };
        var now = new GpuMetrics { Cycles = 2000, Residencies = [new("power", 41), new("thermal", 7), new("prochot", 3), new("vr_thermal", 1), new("memory_thermal", 2000)] };

        // What fell was reset; what is new has nothing to compare with; what counts every cycle tells nothing.
        Assert.That(ThrottleBits.Between(last, now), Is.EqualTo((ThrottleReason[])[new("power", true), new("thermal", false)]));
    }

    [TestCase(1000u)]
    [TestCase(999u)]
    public void Firmware_that_has_not_counted_since_tells_no_reason(uint cycles)
    {
        var last = new GpuMetrics { Cycles = 1000, Residencies = [new("power", 40)] };
        Assert.That(ThrottleBits.Between(last, last with { Cycles = cycles, Residencies = [new("power", 41)] }), Is.Empty);
    }

    [Test]
    public void No_text_makes_a_parser_throw() => Prop.ForAll<string?, NonNull<string>>((text, block) =>
    {
        _ = DpmTable.Parse(text);
        _ = DpmTable.ParseLink(text);
        _ = DpmTable.ParseLink($"0: {text} *");
        _ = DpmTable.ParseLink($"0: {text}GT/s, x{block.Get} *");
        _ = RasFiles.ParseErrors(block.Get, text);
        _ = RasFiles.ParseErrors(block.Get, $"ue: {text}");
        _ = RasFiles.CountPages(text);
        _ = PcieBandwidth.Parse(text);
        _ = PcieLinkFiles.ParseSpeed(text);
        _ = SensorNumber.Parse(text);
        return true;
    }).QuickCheckThrowOnFailure();

    private static string Active(IEnumerable<ThrottleReason> reasons) => string.Join(',', reasons.Where(reason => reason.IsActive == true).Select(reason => reason.Reason));
}
