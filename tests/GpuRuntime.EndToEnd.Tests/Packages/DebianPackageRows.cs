namespace GpuRuntime.EndToEnd.Tests.Packages;

/// <summary>The Debian packages in a clean Debian: installed, upgraded, removed and purged, and what of the machine's files each changes.</summary>
public sealed class DebianPackageRows
{
    private const string Configuration = "/etc/gpu-runtime/config.json";
    private const string AgentLink = "/etc/systemd/system/multi-user.target.wants/gpu-runtime-agent.service";
    private static readonly string[] Names = ["gpu-runtime", "gpu-runtime-agent"];

    [Test]
    public async Task An_installed_package_has_programs_that_run_files_that_are_roots_and_units_that_are_enabled()
    {
        await using var machine = DebianMachine.Create();
        var before = await machine.SnapshotAsync();

        await machine.InstallAsync(BuiltPackages.Debian);

        var after = await machine.SnapshotAsync();
        var added = after.ChangesSince(before).ToList();
        var versions = await machine.RunAsync("sh", "-ec", "gpu-runtime-hook --version; gpu-runtime-agent --version; nvidia-container-runtime-hook --version; gpu-runtime config >/dev/null");
        var links = await machine.RunAsync("readlink", "-f", "/usr/bin/nvidia-container-runtime-hook", "/usr/bin/amd-container-runtime", "/usr/libexec/docker/cli-plugins/docker-gpu");
        Assert.Multiple(() =>
        {
            Assert.That(added.Where(static line => line[0] != '+'), Is.Empty, "nothing that was there is changed");
            Assert.That(versions.EnsureSuccess().Lines, Is.EqualTo((string[])
                [$"gpu-runtime-hook version {BuiltPackages.Version}", $"gpu-runtime-agent version {BuiltPackages.Version}", $"gpu-runtime-hook version {BuiltPackages.Version}"]));
            Assert.That(links.EnsureSuccess().Lines, Is.EqualTo((string[])["/usr/bin/gpu-runtime-hook", "/usr/bin/gpu-runtime", "/usr/bin/gpu-runtime"]));
            foreach (var (path, status) in after.Files.Where(file => added.Contains("+ " + file.Key)))
            {
                Assert.That(status, Does.Contain(" 0:0 "), path);
                Assert.That(status, Does.Match("^(l 777|d 755|f 644|f 755) "), path);
                Assert.That(status.StartsWith("f 755", StringComparison.Ordinal), Is.EqualTo(status[0] == 'f' && IsProgram(path)), path);
            }

            Assert.That(added, Does.Contain("+ " + AgentLink));
            Assert.That(added, Does.Contain("+ /etc/systemd/system/timers.target.wants/gpu-runtime-cdi-refresh.timer"));
            Assert.That(added, Does.Contain("+ /usr/share/containers/oci/hooks.d/gpu-runtime-env.json"));
            Assert.That(added, Does.Contain("+ /usr/share/zsh/vendor-completions/_gpu-runtime-agent"));
        });
        Assert.That((await machine.RunAsync("dpkg", "--verify")).EnsureSuccess().Output, Is.Empty, "every file is as its package has it");
        Assert.That(await machine.ReadAsync("/usr/lib/systemd/system/gpu-runtime-agent.service"), Does.Contain("ExecStart=/usr/bin/gpu-runtime-agent serve"));
    }

    [Test]
    public async Task Apt_installs_the_packages_as_the_documentation_says()
    {
        await using var machine = DebianMachine.Create();
        (await machine.WithPackagesAsync(BuiltPackages.Debian, "sh", "-c", "mkdir /artifacts && ln -s /packages /artifacts && cd / && apt -y -o Dpkg::Options::=--force-unsafe-io install ./artifacts/packages/*.deb")).EnsureSuccess();

        var status = await machine.RunAsync("dpkg-query", "--show", "--showformat", "${Package} ${db:Status-Abbrev}\n", Names[0], Names[1]);
        Assert.That(status.EnsureSuccess().Lines, Is.EqualTo(Names.Select(static name => $"{name} ii")));
    }

    [Test]
    public async Task An_upgrade_keeps_an_edited_configuration_and_a_unit_that_was_disabled()
    {
        await using var machine = DebianMachine.Create();
        await machine.InstallAsync(BuiltPackages.OldDebian);
        await machine.WriteAsync(Configuration, "{ \"gpusFlag\": \"nvidia\" }\n");
        (await machine.RunAsync("rm", AgentLink)).EnsureSuccess();

        var upgrade = await machine.InstallAsync(BuiltPackages.Debian);

        var versions = await machine.RunAsync("dpkg-query", "--show", "--showformat", "${Package} ${Version} ${db:Status-Abbrev}\n", Names[0], Names[1]);
        var alternative = await machine.RunAsync("readlink", "-f", "/usr/bin/nvidia-container-runtime-hook");
        Assert.Multiple(async () =>
        {
            Assert.That(upgrade.Output, Does.Contain(BuiltPackages.OldVersion));
            Assert.That(versions.EnsureSuccess().Lines, Is.EqualTo(Names.Select(static name => $"{name} {BuiltPackages.Version} ii")));
            Assert.That(await machine.ReadAsync(Configuration), Is.EqualTo("{ \"gpusFlag\": \"nvidia\" }\n"));
            Assert.That((await machine.RunAsync("test", "-L", AgentLink)).ExitCode, Is.EqualTo(1), "the admin disabled it");
            Assert.That(alternative.EnsureSuccess().Output.Trim(), Is.EqualTo("/usr/bin/gpu-runtime-hook"));
        });
    }

    [Test]
    public async Task A_removed_package_leaves_configuration_and_state_and_a_purged_one_leaves_nothing()
    {
        await using var machine = DebianMachine.Create();
        var before = await machine.SnapshotAsync();
        await machine.InstallAsync(BuiltPackages.OldDebian);
        await machine.InstallAsync(BuiltPackages.Debian);
        await machine.WriteAsync("/run/gpu-runtime/allocations/container.json", "{}");
        await machine.WriteAsync("/run/cdi/gpu-runtime-amd.yaml", "cdiVersion: 0.5.0\n");
        await machine.WriteAsync("/etc/cdi/gpu-runtime-nvidia.yaml", "cdiVersion: 0.5.0\n");
        await machine.WriteAsync("/run/cdi/other.yaml", "cdiVersion: 0.5.0\n");
        await machine.WriteAsync("/etc/docker/daemon.json", "{ \"runtimes\": { \"gpu-runtime\": { \"path\": \"/usr/bin/gpu-runtime\" } } }");

        var removal = await machine.DpkgAsync(["--remove", .. Names]);
        var removed = (await machine.SnapshotAsync()).ChangesSince(before, "/var/lib/dpkg/info").ToList();
        await machine.DpkgAsync(["--purge", .. Names]);
        var purged = (await machine.SnapshotAsync()).ChangesSince(before).ToList();

        Assert.Multiple(() =>
        {
            Assert.That(removal.Error, Does.Contain("gpu-runtime is still registered with docker, which will not find it: gpu-runtime configure docker --remove"));
            Assert.That(removed, Does.Contain("+ " + Configuration).And.Contain("+ /run/gpu-runtime/allocations/container.json").And.Contain("+ /etc/cdi/gpu-runtime-nvidia.yaml"));
            Assert.That(removed, Has.No.Member("+ /run/cdi/gpu-runtime-amd.yaml"), "it names a hook that is gone");
            Assert.That(removed.Where(static line => !line.StartsWith("+ /etc/", StringComparison.Ordinal) && !line.StartsWith("+ /run/", StringComparison.Ordinal)),
                Has.All.StartsWith("+ /var/lib/systemd/deb-systemd-helper-enabled").Or.EqualTo("+ /var/lib/systemd"));
            Assert.That(purged, Is.EqualTo((string[])["+ /etc/cdi", "+ /etc/docker", "+ /etc/docker/daemon.json", "+ /run/cdi", "+ /run/cdi/other.yaml"]), "what others made stays");
        });
    }

    [Test]
    public async Task Installed_and_purged_a_package_leaves_the_tree_as_it_was()
    {
        await using var machine = DebianMachine.Create();
        var before = await machine.SnapshotAsync();

        await machine.InstallAsync(BuiltPackages.Debian);
        await machine.DpkgAsync(["--purge", .. Names]);

        Assert.That((await machine.SnapshotAsync()).ChangesSince(before), Is.Empty);
    }

    [Test]
    public async Task A_vendors_hook_of_that_name_stays_whichever_came_first([Values] bool first, [Values] bool isLink)
    {
        const string hook = "/usr/bin/nvidia-container-runtime-hook";
        await using var machine = DebianMachine.Create();
        // As dpkg puts a package's file into its place: by a rename, over whatever is there.
        string[] vendor = isLink
            ? ["sh", "-ec", $"ln -s nvidia-container-toolkit {hook}.dpkg-new; mv -T {hook}.dpkg-new {hook}"]
            : ["sh", "-ec", $"printf '#!/bin/sh\\necho theirs\\n' >{hook}.dpkg-new; chmod 755 {hook}.dpkg-new; mv -T {hook}.dpkg-new {hook}"];
        if (first)
            (await machine.RunAsync(vendor)).EnsureSuccess();
        var install = await machine.InstallAsync(BuiltPackages.OldDebian);
        if (!first)
            (await machine.RunAsync(vendor)).EnsureSuccess();
        var theirs = (await machine.SnapshotAsync()).Files[hook];

        await machine.InstallAsync(BuiltPackages.Debian);
        var upgraded = await machine.SnapshotAsync();
        await machine.DpkgAsync(["--purge", .. Names]);

        Assert.Multiple(async () =>
        {
            if (first)
                Assert.That(install.Output, Does.Contain($"kept {hook}, which is not ours"));
            Assert.That(upgraded.Files[hook], Is.EqualTo(theirs));
            Assert.That(upgraded.Files, Does.ContainKey("/usr/bin/amd-container-runtime"), "the other name is free");
            Assert.That((await machine.SnapshotAsync()).Files[hook], Is.EqualTo(theirs));
        });
    }

    private static bool IsProgram(string path) =>
        path.StartsWith("/usr/bin/", StringComparison.Ordinal) || path.StartsWith("/usr/libexec/", StringComparison.Ordinal)
        || (path.StartsWith("/var/lib/dpkg/info/", StringComparison.Ordinal) && Path.GetExtension(path) is ".postinst" or ".prerm" or ".postrm");
}
