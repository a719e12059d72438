using System.Collections.Immutable;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Freshness;

/// <summary>
/// systemd as root's user manager, with no unit but ours: in a mount namespace in which a simulated host's files stand at the places that the units
/// name, and all else of the machine is read-only. The units are those of packaging/, at their word.
/// </summary>
internal sealed class PrivateSystemd : IAsyncDisposable
{
    private const string UserManager = "systemd";

    // Of user units all need basic.target; exit.target is how a manager that is asked to end does it.
    private static readonly ImmutableArray<string> EmptyTargets = ["basic", "sysinit", "shutdown", "paths", "timers"];

    // What the units get of the machine's place is mounted from the fixture's directory, before the machine becomes read-only.
    private const string Namespace = """
        set -e
        directory=$1 name=$2 programs=$3
        [ -e /sys/fs/cgroup/cgroup.controllers ] || { umount -R /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup; }
        mkdir /sys/fs/cgroup/$name
        echo $$ >/sys/fs/cgroup/$name/cgroup.procs
        for node in null zero full random urandom; do cp -a /dev/$node $directory/host/dev; done
        mount --bind $programs /usr/local/bin
        mount --bind $directory/host /srv
        mount --bind $directory/units /mnt
        mount --bind $directory/etc /etc
        mount --bind $directory/run /run
        mount --bind $directory/temporary /var/tmp
        mount --bind $directory/host/dev /dev
        mount -o remount,bind,ro /
        mount --bind $directory/temporary /tmp
        export XDG_RUNTIME_DIR=/run XDG_CONFIG_HOME=/run/none XDG_DATA_HOME=/run/none HOME=/run/none
        export DBUS_SESSION_BUS_ADDRESS=unix:path=/run/none/bus SYSTEMD_UNIT_PATH=/mnt
        exec "$4" --user --log-target=console --unit=basic.target
        """;

    private readonly TestDirectory _directory;
    private EngineDaemon? _manager;

    private PrivateSystemd(TestDirectory directory) => _directory = directory;

    public string Log => (_manager?.Log ?? "") + (File.Exists(RefreshLog) ? File.ReadAllText(RefreshLog) : "");

    /// <summary>What the service wrote to what would be the journal.</summary>
    public string RefreshLog => _directory.Combine("run", "refresh.log");

    /// <param name="directory">With the host in its subdirectory <c>host</c>, and <c>etc</c>.</param>
    /// <param name="dropIns">Lines for a unit, by its name.</param>
    /// <exception cref="TestResourceUnavailableException">systemd is not installed.</exception>
    public static async Task<PrivateSystemd> StartAsync(TestDirectory directory, IReadOnlyDictionary<string, string> dropIns)
    {
        var systemd = new PrivateSystemd(directory);
        var name = Path.GetFileName(directory.FullPath);
        // The manager asks whether systemd runs at all by this directory.
        directory.CreateSubdirectory("run", "systemd", "system");
        directory.CreateSubdirectory("temporary");
        systemd.WriteUnits(dropIns);
        var manager = Command.Of("unshare", "--mount", "--propagation", "private", "sh", "-c", Namespace, "sh",
            directory.FullPath, name, Path.GetDirectoryName(Programs.GpuRuntime)!, Programs.Engine(UserManager));
        try
        {
            systemd._manager = await EngineDaemon.StartAsync(manager, directory.Combine("systemd"), systemd.Systemctl("is-active", "basic.target"));
            return systemd;
        }
        catch (InvalidOperationException)
        {
            await Cgroups.RemoveAsync(name);
            throw;
        }
    }

    public Command Systemctl(params ReadOnlySpan<string> arguments) =>
        Command.Of(Programs.Engine("systemctl"), ["--user", .. arguments])
            .WithEnvironment("XDG_RUNTIME_DIR", _directory.Combine("run"))
            .WithEnvironment("DBUS_SESSION_BUS_ADDRESS", $"unix:path={_directory.Combine("none")}");

    public async Task StartAsync(string unit)
    {
        var result = await Systemctl("start", unit).RunAsync();
        Assert.That(result.ExitCode, Is.Zero, $"{result}\n{Log}");
    }

    /// <summary>Changes with every run of the service.</summary>
    public async Task<string> LastRunAsync() =>
        (await Systemctl("show", "--property=InvocationID,ActiveState", Packaged.Service).RunAsync()).EnsureSuccess().Output;

    public async ValueTask DisposeAsync()
    {
        if (_manager is not null)
            await _manager.DisposeAsync();
        PrivateProcesses.KillAll(_directory.FullPath);
        await Cgroups.RemoveAsync(Path.GetFileName(_directory.FullPath));
    }

    private void WriteUnits(IReadOnlyDictionary<string, string> dropIns)
    {
        var units = _directory.CreateSubdirectory("units");
        foreach (var unit in Packaged.Units)
            File.Copy(Packaged.UnitFile(unit), Path.Combine(units, unit));
        foreach (var target in EmptyTargets)
            File.WriteAllText(Path.Combine(units, $"{target}.target"), "[Unit]\nDefaultDependencies=no\n");
        File.WriteAllText(Path.Combine(units, "exit.target"), "[Unit]\nDefaultDependencies=no\nRequires=exit.service\nAfter=exit.service\n");
        File.WriteAllText(Path.Combine(units, "exit.service"), "[Unit]\nDefaultDependencies=no\nSuccessAction=exit-force\n[Service]\nType=oneshot\nExecStart=/bin/true\n");
        foreach (var (unit, lines) in dropIns)
            File.WriteAllText(Path.Combine(_directory.CreateSubdirectory("units", $"{unit}.d"), "test.conf"), lines);
    }
}
