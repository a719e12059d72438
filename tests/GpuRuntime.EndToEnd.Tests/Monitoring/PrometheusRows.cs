using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Monitoring;

/// <summary>A real Prometheus scrapes the agent, and tells what it has got.</summary>
public sealed class PrometheusRows : WideAgentFixture
{
    [TestCase("none")]
    [TestCase("dcgm")]
    public async Task It_scrapes_without_a_complaint_and_answers_queries(string compat)
    {
        var agent = await StartAsync(Agent("--compat", compat));
        await using var prometheus = Start($"static_configs: [ {{ targets: [ '127.0.0.1:{agent.Door.Port}' ] }} ]");

        await AssertSeriesAsync(prometheus);
        if (compat == "dcgm")
            Assert.That(await prometheus.QueryAsync("DCGM_FI_DEV_FB_USED", "gpu"), Is.EquivalentTo(new Dictionary<string, string> { ["0"] = "1024", ["1"] = "1024" }));
    }

    [Test]
    public async Task It_scrapes_by_TLS_with_the_token()
    {
        var agent = await StartAsync(With(Configuration(Keys)), Everywhere, Shown);

        await using var prometheus = Start(
            "scheme: https",
            $"authorization: {{ credentials_file: {TokenPath} }}",
            $"tls_config: {{ ca_file: {Certificate.Path} }}",
            $"static_configs: [ {{ targets: [ 'localhost:{agent.Door.Port}' ] }} ]");

        await AssertSeriesAsync(prometheus);
    }

    private static async Task AssertSeriesAsync(PrivatePrometheus prometheus)
    {
        // The simulated card of Intel has no file that tells of it.
        Assert.That(await prometheus.QueryAsync("gpu_runtime_up", "gpu"), Is.EquivalentTo(new Dictionary<string, string> { ["amd:0"] = "1", ["amd:1"] = "1", ["intel:0"] = "0" }));
        Assert.That(await prometheus.QueryAsync("gpu_runtime_memory_total_bytes / 2^30", "gpu"), Is.EquivalentTo(new Dictionary<string, string> { ["amd:0"] = "64", ["amd:1"] = "64" }));
        Assert.That(await prometheus.QueryAsync("""gpu_runtime_device_info{vendor="amd",name="AMD INSTINCT MI210"}""", "pci"), Has.Count.EqualTo(2).And.ContainKey("0000:27:00.0"));
        // A counter has a rate once it was scraped twice.
        Assert.That(await prometheus.QueryAsync("rate(gpu_runtime_scrape_errors_total[10s])", "gpu"), Has.Count.EqualTo(3).And.ContainValue("0"));
        Assert.That(await prometheus.QueryAsync("scrape_samples_scraped{job=\"gpus\"} > 20", "job"), Has.Count.EqualTo(1));
        Assert.That(await prometheus.TargetAsync(), Is.EqualTo(("up", "")));
        Assert.That(prometheus.Log.Split('\n').Where(static line => line.Contains("level=warn", StringComparison.Ordinal) || line.Contains("level=error", StringComparison.Ordinal) || line.Contains("Duplicate", StringComparison.OrdinalIgnoreCase)), Is.Empty);
    }

    private PrivatePrometheus Start(params string[] job)
    {
        try
        {
            return PrivatePrometheus.Start(Machine.Directory, job);
        }
        catch (TestResourceUnavailableException unavailable)
        {
            Assert.Ignore(unavailable.Reason);
            throw;
        }
    }
}
