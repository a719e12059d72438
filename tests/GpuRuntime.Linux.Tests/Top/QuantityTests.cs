using GpuRuntime.Agent.Top.Characters;

namespace GpuRuntime.Linux.Tests.Top;

public sealed class QuantityTests
{
    [TestCase(null, "–")]
    [TestCase(0.0, "0%")]
    [TestCase(0.004, "<1%")]
    [TestCase(0.45, "45%")]
    [TestCase(0.29, "29%")]
    [TestCase(0.999, "99%")]
    [TestCase(1.0, "100%")]
    public void A_ratio_is_a_percentage_and_full_only_when_it_is(double? ratio, string shown) => Assert.That(Quantity.Percent(ratio), Is.EqualTo(shown));

    [TestCase(null, "–")]
    [TestCase(0L, "0B")]
    [TestCase(999L, "999B")]
    [TestCase(1024L, "1K")]
    [TestCase(1536L, "1.5K")]
    [TestCase(512L << 20, "512M")]
    [TestCase(1000L << 20, "1.0G")]
    [TestCase(64L << 30, "64G")]
    [TestCase(206_158_430_208L, "192G")]
    [TestCase(long.MaxValue, "8192P")]
    public void Bytes_have_a_unit_of_1024(long? bytes, string shown) => Assert.That(Quantity.Bytes(bytes), Is.EqualTo(shown));

    [TestCase(120.4, 300.0, "120/300W")]
    [TestCase(120.4, null, "120W")]
    [TestCase(null, 300.0, "–/300W")]
    [TestCase(null, null, "–")]
    public void Power_has_its_limit_where_there_is_one(double? watts, double? limit, string shown) => Assert.That(Quantity.Watts(watts, limit), Is.EqualTo(shown));

    [TestCase(0.0, "", "····")]
    [TestCase(0.001, "▏", "···")]
    [TestCase(0.5, "██", "··")]
    [TestCase(0.65625, "██▋", "·")]
    [TestCase(1.0, "████", "")]
    [TestCase(7.0, "████", "")]
    [TestCase(null, "", "····")]
    public void A_bar_is_as_long_as_its_ratio_and_anything_is_seen(double? ratio, string filled, string empty) => Assert.That(Blocks.Bar(ratio, 4), Is.EqualTo((filled, empty)));

    [Test]
    public void A_line_ends_with_the_newest_value_and_has_gaps_for_what_is_not_known()
    {
        double?[] values = [0.9, 0, null, 0.5, 1];

        Assert.That((Blocks.Line(values, 8), Blocks.Line(values, 3)), Is.EqualTo(("   █▁ ▅█", " ▅█")));
    }
}
