using GpuRuntime.Agent.Top;

namespace GpuRuntime.Linux.Tests.Top;

public sealed class TopArgumentsTests
{
    [Test]
    public void Nothing_said_is_a_live_view_each_second() => Assert.That(TopArguments.Parse([]), Is.EqualTo(new TopArguments()));

    [Test]
    public void Every_option_is_taken_with_a_space_or_an_equals_sign([Values] bool joined)
    {
        string[] arguments =
        [
            "--once", .. Option("--format", "csv-containers"), .. Option("--interval", "2.5"), .. Option("--sort", "memory"),
            .. Option("--filter", "a=b"), .. Option("--config", "/c.json"), .. Option("--agent", "unix:/run/a.sock"),
        ];

        Assert.That(TopArguments.Parse(arguments), Is.EqualTo(new TopArguments
        {
            Once = true,
            Format = TopFormat.CsvContainers,
            Interval = TimeSpan.FromSeconds(2.5),
            Order = TopOrder.Memory,
            Filter = "a=b",
            Configuration = "/c.json",
            Agent = "unix:/run/a.sock",
        }));

        string[] Option(string name, string value) => joined ? [$"{name}={value}"] : [name, value];
    }

    [TestCase("-h")]
    [TestCase("--help")]
    [TestCase("--once", "--help")]
    public void Help_is_asked_for_anywhere(params string[] arguments) => Assert.That(TopArguments.Parse(arguments)!.WantsHelp);

    [TestCase("table", TopFormat.Table)]
    [TestCase("json", TopFormat.Json)]
    [TestCase("csv", TopFormat.Csv)]
    [TestCase("csv-containers", TopFormat.CsvContainers)]
    [TestCase("prom", TopFormat.Prometheus)]
    public void A_format_has_a_word(string word, object format) => Assert.That(TopArguments.Parse(["--format", word])!.Format, Is.EqualTo(format));

    [TestCase("gpu", TopOrder.Gpu)]
    [TestCase("util", TopOrder.Utilization)]
    [TestCase("memory", TopOrder.Memory)]
    [TestCase("power", TopOrder.Power)]
    [TestCase("container", TopOrder.Container)]
    [TestCase("pid", TopOrder.Pid)]
    public void An_order_has_a_word(string word, object order) => Assert.That(TopArguments.Parse(["--sort", word])!.Order, Is.EqualTo(order));

    [TestCase("--format")]
    [TestCase("--format", "xml")]
    [TestCase("--sort", "name")]
    [TestCase("--interval", "0")]
    [TestCase("--interval", "0.09")]
    [TestCase("--interval", "3601")]
    [TestCase("--interval", "-1")]
    [TestCase("--interval", "NaN")]
    [TestCase("--interval", "1,5")]
    [TestCase("--config", "")]
    [TestCase("--agent=")]
    [TestCase("--once=yes")]
    [TestCase("--frequency", "1")]
    [TestCase("amd:0")]
    public void What_is_no_option_or_no_value_of_one_is_refused(params string[] arguments) => Assert.That(TopArguments.Parse(arguments), Is.Null);
}
