namespace GpuRuntime.EndToEnd.Tests.Packages;

/// <summary>The RPMs, by the host's rpm: what they hold, and what installing and erasing them in a root of the test's own leaves.</summary>
public sealed class RpmRows
{
    private const string Database = "/var/lib/rpm";
    private string _rpm = "";

    [OneTimeSetUp]
    public void FindRpm()
    {
        Programs.Engine("rpmbuild");
        _rpm = Programs.Engine("rpm");
    }

    [Test]
    public async Task They_hold_the_files_that_the_Debian_packages_hold()
    {
        // With their modes, since a directory that rpm lists is no file.
        var listed = await QueryAsync("--queryformat=[%{FILEMODES:perms} %{FILENAMES}\n]", BuiltPackages.Rpms);
        var rpm = listed.Where(static line => line[0] != 'd').Select(static line => line.Split(' ')[1].Replace("/site-functions/", "/vendor-completions/", StringComparison.Ordinal)).ToList();
        var deb = new List<string>();
        foreach (var package in BuiltPackages.Debian)
        {
            deb.AddRange((await Command.Of("sh", "-c", "dpkg-deb --fsys-tarfile \"$1\" | tar -t", "sh", package).RunAsync()).EnsureSuccess()
                .Lines.Where(static line => !line.EndsWith('/')).Select(static line => line[1..]));
        }

        // Each format has its own ways to tell of licences and changes.
        Assert.That(rpm.Except(["/usr/share/doc/gpu-runtime/LICENSE"]), Is.EquivalentTo(deb.Where(static path => !IsOfDebian(path))));
    }

    [Test]
    public async Task Nothing_of_the_host_takes_the_libraries_for_containers_for_a_driver()
    {
        var provided = await QueryAsync("--provides", BuiltPackages.Rpms);
        var wanted = await QueryAsync("--requires", [.. BuiltPackages.Rpms.Where(static path => !path.Contains("agent", StringComparison.Ordinal))]);

        Assert.That(provided, Has.None.Contains(".so"));
        Assert.That(wanted, Has.None.Contains(".so"), "static programs need nothing");
    }

    [Test]
    public async Task Installed_they_verify_and_erased_they_leave_nothing()
    {
        await using var machine = DebianMachine.Create();
        var before = await machine.SnapshotAsync();

        await RpmAsync(machine, ["--upgrade", .. BuiltPackages.Rpms]);
        var installed = await machine.SnapshotAsync();
        var version = await machine.RunAsync("nvidia-container-runtime-hook", "--version");
        await RpmAsync(machine, "--verify", "gpu-runtime", "gpu-runtime-agent");
        await machine.WriteAsync("/run/cdi/gpu-runtime-amd.yaml", "cdiVersion: 0.5.0\n");
        await RpmAsync(machine, "--erase", "gpu-runtime", "gpu-runtime-agent");

        Assert.That(version.EnsureSuccess().Output, Is.EqualTo($"gpu-runtime-hook version {BuiltPackages.Version}\n"));
        Assert.That(installed.ChangesSince(before, Database), Has.All.StartsWith("+ ").And.Some.EqualTo("+ /usr/bin/gpu-runtime-agent"));
        Assert.That((await machine.SnapshotAsync()).ChangesSince(before, Database), Is.EqualTo((string[])["+ /run/cdi"]));
    }

    [Test]
    public async Task An_edited_configuration_is_kept_when_they_are_erased()
    {
        await using var machine = DebianMachine.Create();
        await RpmAsync(machine, ["--upgrade", .. BuiltPackages.Rpms]);
        await machine.WriteAsync("/etc/gpu-runtime/config.json", "{ \"gpusFlag\": \"nvidia\" }\n");

        await RpmAsync(machine, "--erase", "gpu-runtime", "gpu-runtime-agent");

        Assert.That(await machine.ReadAsync("/etc/gpu-runtime/config.json.rpmsave"), Is.EqualTo("{ \"gpusFlag\": \"nvidia\" }\n"));
    }

    private static bool IsOfDebian(string path) =>
        path.StartsWith("/usr/share/lintian/", StringComparison.Ordinal) || Path.GetFileName(path) is "copyright" or "changelog.gz";

    private async Task<string[]> QueryAsync(string what, string[] packages) => (await Command.Of(_rpm, ["--query", what, "--package", .. packages]).RunAsync()).EnsureSuccess().Lines;

    // The root is a Debian, whose packages rpm knows nothing of: --nodeps.
    private async Task RpmAsync(DebianMachine machine, params string[] arguments)
    {
        string[] options = arguments[0] == "--verify" ? ["--nodeps"] : ["--nodeps", "--nosignature"];
        var result = await machine.RunOutsideAsync([_rpm, "--root", machine.Root, "--dbpath", Database, .. options, .. arguments]);
        Assert.That(result.ExitCode, Is.Zero, result.ToString());
    }
}
