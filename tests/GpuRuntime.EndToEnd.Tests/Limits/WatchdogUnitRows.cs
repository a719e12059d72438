using GpuRuntime.EndToEnd.Tests.Freshness;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Limits;

/// <summary>The agent's unit as systemd's own tools see it.</summary>
public sealed class WatchdogUnitRows
{
    private const string Service = "gpu-runtime-agent.service";

    // What remains: root, the rights to trace and to kill, /proc, cgroups and the GPUs' nodes of the host, NVIDIA's library in it, and a port on
    // loopback.
    private const string LargestExposure = "28";

    [Test]
    public async Task The_unit_has_no_fault_that_systemd_knows_of()
    {
        var result = await AnalyzeAsync("verify", "--man=no", "--recursive-errors=no");

        Assert.That(result.ExitCode, Is.Zero, result.ToString());
        Assert.That(result.Error, Does.Not.Contain("gpu-runtime"));
    }

    [Test]
    public async Task The_service_is_exposed_to_no_more_than_it_needs()
    {
        var result = await AnalyzeAsync("security", "--offline=true", "--no-pager", $"--threshold={LargestExposure}");

        Assert.That(result.ExitCode, Is.Zero, result.ToString());
    }

    [Test]
    public void It_is_ready_when_the_agent_says_so_and_fills_what_admission_needs_first()
    {
        var lines = File.ReadAllLines(Packaged.UnitFile(Service));

        Assert.That(lines, Is.SupersetOf((string[])
            ["Type=notify", "ExecStartPre=-/usr/local/bin/gpu-runtime devices --refresh", "ExecStart=/usr/local/bin/gpu-runtime-agent serve", "Restart=on-failure"]));
    }

    [Test]
    public void Nobody_but_this_host_reaches_it_and_it_opens_the_nodes_of_every_vendor()
    {
        var lines = File.ReadAllLines(Packaged.UnitFile(Service));

        Assert.That(lines, Is.SupersetOf((string[])["IPAddressDeny=any", "IPAddressAllow=localhost", "DevicePolicy=closed", "DeviceAllow=char-nvidia* rw", "DeviceAllow=char-drm rw"]));
        Assert.That(lines.Where(static line => line.StartsWith("IPAddressAllow=", StringComparison.Ordinal)).ToArray(), Has.Length.EqualTo(1));
    }

    private static async Task<CommandResult> AnalyzeAsync(string verb, params string[] options)
    {
        try
        {
            return await Command.Of("unshare",
            [
                "--mount", "--propagation", "private", "sh", "-c", """mount --bind "$1" /usr/local/bin && shift && exec "$@" """, "sh",
                Path.GetDirectoryName(Programs.GpuRuntimeAgent)!, Programs.Engine("systemd-analyze"), verb, .. options, Packaged.UnitFile(Service),
            ]).RunAsync();
        }
        catch (TestResourceUnavailableException unavailable)
        {
            Assert.Ignore(unavailable.Reason);
            throw;
        }
    }
}
