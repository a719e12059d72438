using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Monitoring;

/// <summary>Prometheus's own tool reads the rules of config/prometheus, and runs them over the series of tests/prometheus.</summary>
public sealed class PromtoolRows
{
    [TestCase("alerts.yml")]
    [TestCase("recording.yml")]
    public async Task The_rules_are_well_formed(string file)
    {
        var result = await PromtoolAsync("check", "rules", "--lint=all", "--lint-fatal", Path.Combine(Repository.Root, "config/prometheus", file));

        Assert.That(result.ExitCode, Is.Zero, result.ToString());
    }

    [TestCase("alerts.test.yml")]
    [TestCase("recording.test.yml")]
    public async Task They_say_of_real_series_what_they_should(string file)
    {
        var result = await PromtoolAsync("test", "rules", Path.Combine(Repository.Root, "tests/prometheus", file));

        Assert.That(result.ExitCode, Is.Zero, result.ToString());
    }

    [Test]
    public void Every_alert_is_raised_by_some_series_and_every_recorded_series_is_compared()
    {
        var tested = string.Concat(Directory.GetFiles(Path.Combine(Repository.Root, "tests/prometheus"), "*.test.yml").Select(File.ReadAllText));
        var names = Directory.GetFiles(Path.Combine(Repository.Root, "config/prometheus"), "*.yml").SelectMany(File.ReadAllLines)
            .Select(static line => line.TrimStart('-', ' ').Split(": ")).Where(static parts => parts is ["alert" or "record", _]).Select(static parts => parts[1]).ToArray();

        Assert.That(names, Has.Length.EqualTo(28));
        Assert.That(names.Where(name => !tested.Contains(name, StringComparison.Ordinal)), Is.Empty);
    }

    private static async Task<CommandResult> PromtoolAsync(params string[] arguments)
    {
        try
        {
            return await Command.Of(Programs.Engine("promtool"), arguments).RunAsync();
        }
        catch (TestResourceUnavailableException unavailable)
        {
            Assert.Ignore(unavailable.Reason);
            throw;
        }
    }
}
