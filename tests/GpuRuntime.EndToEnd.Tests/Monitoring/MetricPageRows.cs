using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Monitoring;

/// <summary>The page of metrics as Prometheus's own tool judges it.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class MetricPageRows(bool isDcgm) : SharedAgentFixture
{
    private const string OpenMetrics = "application/openmetrics-text";

    private protected override string[] Arguments => isDcgm ? ["--compat", "dcgm"] : [];

    [Test]
    public async Task Promtool_has_nothing_to_say_but_on_the_names_and_labels_of_the_other_exporter()
    {
        var page = Machine.Directory.Combine("page");
        await File.WriteAllBytesAsync(page, (await Served.GetAsync("/metrics")).Content);

        var result = await PromtoolAsync(page);

        if (!isDcgm)
        {
            Assert.That((result.ExitCode, result.Output, result.Error), Is.EqualTo((0, "", "")));
            return;
        }

        // It wants lower case: what dashboards name is written otherwise. That is no error to Prometheus.
        var complaints = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(complaints, Has.All.Match("""^DCGM_FI_[A-Z_]+ (label names should be written in 'snake_case' not 'camelCase'|counter metrics should have "_total" suffix)$"""), result.ToString());
        Assert.That(result.ExitCode, Is.EqualTo(3));
    }

    [Test]
    public async Task The_text_format_is_given_to_who_does_not_ask_for_another()
    {
        var lines = (await Served.GetAsync("/metrics")).Text.Split('\n');

        Assert.That(lines, Does.Contain("# TYPE gpu_runtime_scrape_errors_total counter").And.Contain("""gpu_runtime_memory_used_bytes{vendor="amd",gpu="amd:1"} 1073741824"""));
        Assert.That(lines, Has.None.EqualTo("# EOF"));
    }

    [TestCase("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1")]
    [TestCase(OpenMetrics)]
    [TestCase("text/plain;q=0.3, " + OpenMetrics + ";q=0.4")]
    public async Task OpenMetrics_is_given_to_who_likes_it_better(string accept)
    {
        var reply = await Served.GetAsync("/metrics", $"Accept: {accept}");

        Assert.That(reply.Headers["Content-Type"], Is.EqualTo($"{OpenMetrics}; version=1.0.0; charset=utf-8"));
        Assert.That(reply.Text, Does.EndWith("\n# EOF\n").And.Contain("\n# TYPE gpu_runtime_scrape_errors counter\n").And.Contain("\ngpu_runtime_scrape_errors_total{"));
    }

    [TestCase("*/*")]
    [TestCase("text/plain")]
    [TestCase("text/plain, " + OpenMetrics + ";q=0.4")]
    [TestCase(OpenMetrics + ";q=0")]
    [TestCase("text/html,application/xhtml+xml")]
    [TestCase(";;;,,,===\"")]
    public async Task The_text_format_is_given_to_who_likes_that_better_or_says_nothing_clear(string accept)
    {
        var reply = await Served.GetAsync("/metrics", $"Accept: {accept}");

        Assert.That((reply.Status, reply.Headers["Content-Type"]), Is.EqualTo((200, "text/plain; version=0.0.4; charset=utf-8")));
    }

    [Test]
    public async Task The_other_exporter_s_names_are_there_when_they_are_asked_for()
    {
        var page = (await Served.GetAsync("/metrics")).Text;

        if (isDcgm)
            Assert.That(page, Does.Match("""(?m)^DCGM_FI_DEV_FB_USED\{gpu="1",UUID="0x[0-9A-F]+",pci_bus_id="00000000:83:00\.0",device="amd1",modelName="AMD INSTINCT MI210",.*\} 1024$"""));
        else
            Assert.That(page, Does.Not.Contain("DCGM"));
        Assert.That(page, Does.Contain("gpu_runtime_memory_used_bytes{"));
    }

    private static async Task<CommandResult> PromtoolAsync(string page)
    {
        try
        {
            return await (Command.Of(Programs.Engine("promtool"), "check", "metrics") with { InputPath = page }).RunAsync();
        }
        catch (TestResourceUnavailableException unavailable)
        {
            Assert.Ignore(unavailable.Reason);
            throw;
        }
    }
}
