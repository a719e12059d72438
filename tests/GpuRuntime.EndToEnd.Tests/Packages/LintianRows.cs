namespace GpuRuntime.EndToEnd.Tests.Packages;

/// <summary>The Debian packages, as Debian's own checker sees them.</summary>
public sealed class LintianRows
{
    [Test]
    public async Task Lintian_finds_no_error_and_no_warning_in_the_packages()
    {
        var lintian = Command.Of(Programs.Engine("lintian"), ["--allow-root", "--fail-on", "error,warning", .. BuiltPackages.Debian]);
        var result = await (lintian with { Limit = TimeSpan.FromMinutes(5) }).RunAsync();

        Assert.That((result.ExitCode, result.Output), Is.EqualTo((0, "")), result.ToString());
    }
}
