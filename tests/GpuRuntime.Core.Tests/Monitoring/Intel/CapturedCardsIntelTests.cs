using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Intel;
using GpuRuntime.Linux.Monitoring;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Monitoring.Intel;

/// <summary>Everything that a captured Intel card tells, in base units, and nothing that it does not.</summary>
public sealed class CapturedCardsIntelTests : IDisposable
{
    private const string Address = "0000:0b:00.0";

    private readonly TemporaryDirectory _directory = new();

    [OneTimeSetUp]
    public void Unpack()
    {
        try
        {
            CapturedHost.Open("cards-captured", _directory.Combine("cards"));
        }
        catch (TestResourceUnavailableException unavailable)
        {
            Assert.Ignore(unavailable.Reason);
        }
    }

    [OneTimeTearDown]
    public void Dispose() => _directory.Dispose();

    [Test]
    public void An_A380_on_i915() => Assert.That(Read("a380-i915", "i915"), Is.EqualTo("""
        limit 55
        energy 25637.161804
        temperatures package 55
        clocks graphics 600000000 2450000000
        fans 0 0
        voltages graphics 0.603
        pcie 2500000000 - 1
        throttling current, power, power_burst, power_peak, prochot, regulator_thermal, thermal, thermal_average
        """));

    [Test]
    public void An_A380_on_xe() => Assert.That(Read("a380-xe", "xe"), Is.EqualTo("""
        limit 55
        energy 59540.97052
        temperatures package 56, vram 54
        clocks graphics 0 2450000000
        fans 0 945, 1 0
        voltages package 0.605
        pcie 2500000000 2500000000 1 1
        throttling current, power, power_burst, power_peak, prochot, regulator_thermal, thermal, thermal_average
        """));

    [Test]
    public void A_B580_on_xe() => Assert.That(Read("b580", "xe"), Is.EqualTo("""
        limit 190
        energy 11031.745544
        temperatures package 54 100, vram 56 105, mctrl 55 100, pcie 58 100, vram_ch_0 52 105, vram_ch_1 54 105, vram_ch_2 54 105, vram_ch_3 54 105, vram_ch_4 52 105, vram_ch_5 52 105, vram_ch_6 54 105, vram_ch_7 54 105, vram_ch_8 54 105, vram_ch_9 56 105, vram_ch_10 54 105, vram_ch_11 54 105
        clocks graphics 0 2850000000, video 0 1500000000
        fans 0 1116 0.516667, 1 1235 0.571759, 2 0 0
        pcie 2500000000 2500000000 1 1
        throttling current, power, power_burst, power_peak, prochot, regulator_thermal, thermal, thermal_average
        """));

    [TestCase("a380-i915", "i915", ExpectedResult = "")]
    [TestCase("a380-xe", "xe", ExpectedResult = "compute copy render video video_enhance")]
    [TestCase("b580", "xe", ExpectedResult = "compute copy render video video_enhance")]
    public string Its_kinds_of_engines_are_named_where_files_name_them(string card, string driver)
    {
        using var files = Files(card);
        return string.Join(' ', IntelEngines.Of(files, driver));
    }

    private string Read(string card, string driver)
    {
        using var files = Files(card);
        var gpu = new Gpu { Vendor = GpuVendor.Intel, Index = 0, PciAddress = PciAddress.Parse(Address)!.Value, Driver = driver, IsIntegrated = false };
        return IntelSampleText.Of(IntelReading.Of(files, gpu, null, new EnergyMeter(), TimeSpan.Zero));
    }

    // The captures begin at the card, whose device is the PCI function; the kernel has the card below it.
    private SensorFiles Files(string name)
    {
        var functions = _directory.Combine($"sys/{name}");
        var function = Path.Combine(functions, Address);
        if (!Directory.Exists(function))
        {
            Directory.CreateDirectory(functions);
            var card = Directory.GetDirectories(_directory.Combine($"cards/intel/{name}"), "card*").Single();
            Directory.Move(Path.Combine(card, "device"), function);
            Directory.CreateDirectory(Path.Combine(function, "drm"));
            Directory.Move(card, Path.Combine(function, "drm", Path.GetFileName(card)));
        }

        return new SensorFiles(functions, Address, TimeProvider.System);
    }
}
