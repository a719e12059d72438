using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Tests.Monitoring.Health;

/// <summary>Ten seconds at the critical temperature make a GPU unhealthy, thirty of five degrees below it healthy again.</summary>
public sealed class TemperatureHealthTests
{
    [Test]
    public void A_short_peak_is_none()
    {
        var passes = new JudgedPasses();

        Assert.That(passes.Judge(passes.Heat(130)).IsHealthy);
        Assert.That(passes.Judge(passes.Heat(100), seconds: 9).IsHealthy);
        Assert.That(passes.Judge(passes.Heat(94), seconds: 1).IsHealthy);
        Assert.That(passes.Judge(passes.Heat(100), seconds: 9).IsHealthy);
    }

    [Test]
    public void Heat_that_lasts_is_and_names_the_sensor_with_its_limit()
    {
        var passes = new JudgedPasses();
        passes.Judge(passes.Heat(100));

        var reason = passes.Judge(passes.Heat(100), seconds: 10).Reasons.Single();

        Assert.That((reason.Code, reason.Seen), Is.EqualTo(("temperature", "At or above its critical temperature: junction (100 °C)")));
        Assert.That(reason.Cure, Does.Contain("fans"));
    }

    [Test]
    public void It_goes_when_the_sensor_has_been_well_below_for_long_enough()
    {
        var passes = new JudgedPasses();
        passes.Judge(passes.Heat(101));
        passes.Judge(passes.Heat(101), seconds: 10);

        Assert.That(passes.Judge(passes.Heat(96), seconds: 3600).IsHealthy, Is.False, "not well below");
        Assert.That(passes.Judge(passes.Heat(94.9)).IsHealthy, Is.False);
        Assert.That(passes.Judge(passes.Heat(94.9), seconds: 29).IsHealthy, Is.False);
        Assert.That(passes.Judge(passes.Heat(99), seconds: 1).IsHealthy, Is.False, "the time starts again");
        Assert.That(passes.Judge(passes.Heat(80)).IsHealthy, Is.False);
        Assert.That(passes.Judge(passes.Heat(80), seconds: 30).IsHealthy);
    }

    [Test]
    public void A_sensor_without_a_limit_says_nothing()
    {
        var passes = new JudgedPasses();
        passes.Judge(passes.Heat(500, critical: null));

        Assert.That(passes.Judge(passes.Heat(500, critical: null), seconds: 100).IsHealthy);
    }

    [Test]
    public void A_sensor_that_is_silent_takes_nothing_back_and_adds_nothing()
    {
        var passes = new JudgedPasses();
        passes.Judge(passes.Heat(100));
        passes.Judge(passes.Heat(100), seconds: 10);

        Assert.That(passes.Codes(passes.Well, seconds: 3600), Is.EqualTo((string[])["temperature"]));
    }

    [Test]
    public void Each_sensor_counts_by_itself()
    {
        var passes = new JudgedPasses();
        GpuSample Both(double edge, double memory) => passes.Well with { Temperatures = [new("edge", edge, 90), new("memory", memory, 110)] };
        passes.Judge(Both(90, 60));
        passes.Judge(Both(60, 110), seconds: 5);
        passes.Judge(Both(90, 110), seconds: 5);

        Assert.That(passes.Judge(Both(90, 110), seconds: 5).Reasons.Single().Seen, Does.EndWith(": memory (110 °C)"));
        Assert.That(passes.Judge(Both(90, 110), seconds: 5).Reasons.Single().Seen, Does.EndWith(": edge (90 °C), memory (110 °C)"));
    }
}
