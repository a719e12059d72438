using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Freshness;

/// <summary>The packaged units as systemd's own tools see them, and as <c>make install</c> puts them in place.</summary>
public sealed class UnitFileRows
{
    // What remains: root, the capability to make nodes, /proc and /dev of the host, and its home directories for reading.
    private const string LargestExposure = "13";

    [Test]
    public async Task The_units_have_no_fault_that_systemd_knows_of()
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
    public async Task Make_install_puts_the_prefix_into_the_units_enables_nothing_and_says_how_to()
    {
        await using var directory = TestDirectory.Create();
        var install = Command.Of("make", "--no-print-directory", "--silent", "install", $"DESTDIR={directory.FullPath}", "PREFIX=/opt/gpu") with { WorkingDirectory = Repository.Root };

        var result = (await install.RunAsync()).EnsureSuccess();

        var units = directory.Combine("opt/gpu/lib/systemd/system");
        Assert.That(Directory.GetFiles(units).Select(Path.GetFileName), Is.SupersetOf(Packaged.Units));
        Assert.That(await File.ReadAllLinesAsync(Path.Combine(units, Packaged.Service)), Does.Contain("ExecStart=/opt/gpu/bin/gpu-runtime cdi refresh --quiet"));
        Assert.That(await File.ReadAllTextAsync(directory.Combine("opt/gpu/lib/udev/rules.d", Packaged.Rules)), Is.EqualTo(await File.ReadAllTextAsync(Packaged.RulesFile)));
        Assert.That(Directory.Exists(directory.Combine("etc/systemd")), Is.False);
        var told = result.Lines.Where(static line => line.Contains("systemctl enable --now", StringComparison.Ordinal)).ToArray();
        Assert.That(told, Has.Length.EqualTo(2));
        foreach (var unit in Packaged.Units)
            Assert.That(told[0], Does.Contain(unit));
        Assert.That(told[1], Does.EndWith(" gpu-runtime-agent"));
    }

    // ExecStart names the installed program.
    private static async Task<CommandResult> AnalyzeAsync(string verb, params string[] options)
    {
        try
        {
            return await Command.Of("unshare",
            [
                "--mount", "--propagation", "private", "sh", "-c", """mount --bind "$1" /usr/local/bin && shift && exec "$@" """, "sh",
                Path.GetDirectoryName(Programs.GpuRuntime)!, Programs.Engine("systemd-analyze"), verb, .. options,
                .. (verb == "verify" ? Packaged.Units : [Packaged.Service]).Select(Packaged.UnitFile),
            ]).RunAsync();
        }
        catch (TestResourceUnavailableException unavailable)
        {
            Assert.Ignore(unavailable.Reason);
            throw;
        }
    }
}
