using System.Text.RegularExpressions;
using GpuRuntime.EndToEnd.Tests.Monitoring;
using GpuRuntime.EndToEnd.Tests.Monitoring.Top;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>Names of GPUs, which a device's firmware tells, and of processes, which a container chooses: none does anything to a terminal.</summary>
[Category("T22")]
public sealed partial class TerminalTextRows : TopFixture
{
    // Colours, a title, a cleared screen, a bell, and the same by one character of C1.
    private const string Evil = "a\e[31mred\e]0;title\a\e[2J\u009b31m\r\bz";

    [SetUp]
    public void NameThem()
    {
        File.WriteAllText(Path.Combine(Machine.Host.SysRoot, "bus/pci/devices", Machine.Host.AmdGpus[0].PciAddress, "product_name"), $"{Evil}\n");
        SimulatedProcess.Begin(Machine.Host.ProcRoot, Trainer, Evil, Container);
    }

    [TestCase("top", "--once")]
    [TestCase("top", "--once", "--format", "csv")]
    [TestCase("top", "--once", "--format", "json")]
    [TestCase("devices")]
    [TestCase("devices", "--format", "json")]
    [TestCase("check")]
    [TestCase("cdi", "generate", "--vendor", "amd", "--output", "-")]
    public async Task Nothing_that_is_printed_speaks_to_a_terminal(params string[] arguments)
    {
        var result = await Command.Of(Programs.GpuRuntime, arguments).WithEnvironment(Machine.Environment).RunAsync();

        Assert.That(result.Output, Is.Not.Empty, result.ToString());
        Assert.That(Speaks(result.Output + result.Error), Is.False, result.ToString());
    }

    [TestCase("/metrics")]
    [TestCase("/api/v1/gpus")]
    public async Task Nothing_that_the_agent_tells_speaks_to_a_terminal(string path)
    {
        var agent = await StartAsync(Agent());

        var text = (await agent.GetAsync(path)).Text;

        Assert.That(text, Does.Contain("red"), "the name is not in it");
        Assert.That(Speaks(text), Is.False);
        Assert.That(agent.Process.Warnings.Any(Speaks), Is.False);
    }

    [Test]
    [Category("Control")]
    public async Task Whoever_prints_the_files_as_they_are_is_seen()
    {
        foreach (var file in (string[])[$"{Machine.Host.ProcRoot}/{Trainer}/comm", $"{Machine.Host.SysRoot}/bus/pci/devices/{Machine.Host.AmdGpus[0].PciAddress}/product_name"])
            Assert.That(Speaks((await Command.Of("cat", file).RunAsync()).EnsureSuccess().Output), file);
    }

    private static bool Speaks(string text) => Control().IsMatch(text);

    // All but the tab and the end of a line.
    [GeneratedRegex(@"[\x00-\x08\x0b-\x1f\x7f-\x9f]", RegexOptions.CultureInvariant)]
    private static partial Regex Control();
}
