using GpuRuntime.Core.Monitoring.Intel;

namespace GpuRuntime.Core.Tests.Monitoring.Intel;

public sealed class EnergyMeterTests
{
    private readonly EnergyMeter _meter = new();

    [Test]
    public void Power_is_the_energy_of_the_time_between_two_readings()
    {
        Assert.That(Watts("energy1_input", 100, 10), Is.Null);
        Assert.That(Watts("energy1_input", 250, 12), Is.EqualTo(75));
        Assert.That(Watts("energy1_input", 250, 13), Is.Zero);
    }

    [Test]
    public void A_counter_that_went_back_tells_no_power_and_the_next_reading_does()
    {
        _ = Watts("energy1_input", 100, 10);
        Assert.That(Watts("energy1_input", 5, 11), Is.Null);
        Assert.That(Watts("energy1_input", 25, 12), Is.EqualTo(20));
    }

    [Test]
    public void Two_counters_and_a_gap_tell_no_power()
    {
        _ = Watts("energy1_input", 100, 10);
        Assert.That(Watts("energy2_input", 200, 11), Is.Null);
        Assert.That(Watts("energy2_input", null, 12), Is.Null);
        Assert.That(Watts("energy2_input", 300, 13), Is.Null);
    }

    private double? Watts(string counter, double? joules, int seconds) => _meter.Watts(counter, joules, TimeSpan.FromSeconds(seconds));
}
