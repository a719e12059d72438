using System.Collections.Immutable;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Freshness;

/// <summary>The packaged units under a real systemd: the specification follows a host whose driver and GPUs change, without anybody's command.</summary>
public sealed class RefreshUnitRows
{
    private const string NewDriver = "555.58.02";
    private const int FirstInstance = 2;

    private static readonly SimulatedNvidiaHostOptions Pair = new() { GpuCount = 2 };

    private static readonly SimulatedNvidiaHostOptions Divided = Pair with
    {
        MigInstances = ImmutableDictionary<int, ImmutableArray<MigInstance>>.Empty.Add(0, [new(FirstInstance, 0), new(9, 0)]),
    };

    private RefreshScene? _scene;

    [Test]
    public async Task The_service_makes_the_specification_at_boot_and_leaves_it_when_it_ends()
    {
        var scene = await StartAsync();

        await scene.Systemd.StartAsync(Packaged.Service);

        Assert.That(scene.Names, Is.EqualTo((string[])
            ["0", "1", scene.Host.Gpus[0].Uuid, scene.Host.Gpus[1].Uuid, scene.Host.Gpus[0].PciAddress, scene.Host.Gpus[1].PciAddress, "all"]), scene.Systemd.Log);
        Assert.That(scene.Spec, Does.Contain($"/srv/driver/usr/lib/x86_64-linux-gnu/libcuda.so.{scene.Host.DriverVersion}"));
        Assert.That(await File.ReadAllTextAsync(scene.Systemd.RefreshLog), Does.Contain("/run/cdi/gpu-runtime-nvidia.yaml: written"));
    }

    [Test]
    public async Task Another_driver_is_in_the_specification_as_soon_as_the_loaders_cache_has_it()
    {
        var scene = await StartWatchingAsync(Packaged.PathUnit);

        await scene.BecomeAsync(Pair with { DriverVersion = NewDriver });
        scene.ReplaceLoaderCache();

        await scene.UntilAsync(() => scene.Spec.Contains($"libcuda.so.{NewDriver}", StringComparison.Ordinal), "the new driver in the specification");
        Assert.That(scene.Spec, Does.Not.Contain(scene.Host.DriverVersion));
    }

    [Test]
    public async Task MIG_devices_are_in_the_specification_as_soon_as_their_nodes_are_there()
    {
        var scene = await StartWatchingAsync(Packaged.PathUnit);

        await scene.BecomeAsync(Divided);
        await scene.MakeNodeAsync("nvidia-caps/nvidia-cap156", DriverNumbers.Caps, 156);

        await scene.UntilAsync(() => scene.Names.Contains("0:0") && scene.Names.Contains("0:1"), "the MIG devices in the specification");
    }

    [Test]
    public async Task MIG_devices_that_nobody_made_nodes_for_are_found_by_the_timer_and_get_them()
    {
        var scene = await StartWatchingAsync(Packaged.Timer);

        await scene.BecomeAsync(Divided);

        await scene.UntilAsync(() => scene.Names.Contains("0:0") && scene.Names.Contains("0:1"), "the MIG devices in the specification");
        var named = scene.Spec.Split('\n').Select(static line => line.Trim().Split(' ')[^1]).Where(static path => path.StartsWith("/dev/nvidia-caps/", StringComparison.Ordinal)).Distinct().ToList();
        Assert.That(named, Has.Count.EqualTo(4));
        Assert.That(named.Select(path => Path.Combine(scene.Host.Directory, path[1..])), Has.All.Exist);
    }

    [Test]
    public async Task A_GPU_that_is_unplugged_is_no_longer_in_the_specification()
    {
        var scene = await StartWatchingAsync(Packaged.PathUnit);
        var gone = scene.Host.Gpus[1];
        Assert.That(scene.Names, Does.Contain(gone.Uuid));

        await scene.BecomeAsync(Pair with { GpuCount = 1 });

        await scene.UntilAsync(() => scene.Names.Length == 4, "a specification of one GPU");
        Assert.That(scene.Names, Is.EqualTo((string[])["0", scene.Host.Gpus[0].Uuid, scene.Host.Gpus[0].PciAddress, "all"]));
    }

    [Test]
    public async Task A_GPU_that_is_plugged_in_is_in_the_specification()
    {
        var scene = await StartWatchingAsync(Packaged.PathUnit, Pair with { GpuCount = 1 });
        Assert.That(scene.Names, Has.Length.EqualTo(4));

        await scene.BecomeAsync(Pair);

        await scene.UntilAsync(() => scene.Names.Length == 7, "a specification of two GPUs");
    }

    [Test]
    public async Task A_configuration_that_changes_counts_at_once()
    {
        var scene = await StartWatchingAsync(Packaged.PathUnit);

        await scene.ConfigureAsync("""{"host": {"proc": "/srv/proc", "sys": "/srv/sys", "driver": "/srv/driver"}, "cdi": {"version": "0.5.0"}}""");

        await scene.UntilAsync(() => scene.Spec.StartsWith("cdiVersion: 0.5.0\n", StringComparison.Ordinal), "the version that the configuration asks for");
    }

    [Test]
    public async Task A_run_that_finds_no_change_leaves_the_file_and_says_nothing()
    {
        var scene = await StartWatchingAsync(Packaged.PathUnit);
        var (before, said, last) = (await scene.SpecIdentityAsync(), await File.ReadAllTextAsync(scene.Systemd.RefreshLog), await scene.Systemd.LastRunAsync());

        scene.ReplaceLoaderCache();
        await scene.UntilAnotherRunAsync(last);

        Assert.That(await scene.SpecIdentityAsync(), Is.EqualTo(before));
        Assert.That(await File.ReadAllTextAsync(scene.Systemd.RefreshLog), Is.EqualTo(said));
    }

    [Test]
    public async Task What_udev_runs_refreshes_where_the_timer_is_enabled_and_does_nothing_where_not()
    {
        var scene = await StartAsync();
        Assert.That(Packaged.RulesCommand, Does.StartWith("/usr/bin/systemctl "));
        var command = scene.Systemd.Systemctl([.. Packaged.RulesCommand.Split(' ')[1..]]);

        (await command.RunAsync()).EnsureSuccess();
        Assert.That((await scene.Systemd.Systemctl("is-active", Packaged.Timer, Packaged.Service).RunAsync()).Lines, Is.EqualTo((string[])["inactive", "inactive"]));
        Assert.That(scene.Spec, Is.Empty);

        await scene.Systemd.StartAsync(Packaged.Timer);
        await scene.UntilAsync(() => scene.Names.Length > 0, "the specification that the timer's start makes");
        await scene.BecomeAsync(Pair with { GpuCount = 1 });
        (await command.RunAsync()).EnsureSuccess();

        await scene.UntilAsync(() => scene.Names.Length == 4, "a specification of one GPU");
    }

    [TearDown]
    public async Task StopAsync()
    {
        if (_scene is not null)
            await _scene.DisposeAsync();
        _scene = null;
    }

    // As a boot does it: the service once, and what makes it run again.
    private async Task<RefreshScene> StartWatchingAsync(string unit, SimulatedNvidiaHostOptions? host = null)
    {
        var scene = await StartAsync(host ?? Pair, unit == Packaged.Timer ? "1s" : null);
        await scene.Systemd.StartAsync(Packaged.Service);
        await scene.Systemd.StartAsync(unit);
        Assert.That(scene.Names, Is.Not.Empty, scene.Systemd.Log);
        return scene;
    }

    private async Task<RefreshScene> StartAsync(SimulatedNvidiaHostOptions? host = null, string? timer = null)
    {
        try
        {
            return _scene = await RefreshScene.StartAsync(host ?? Pair, timer);
        }
        catch (TestResourceUnavailableException unavailable)
        {
            Assert.Ignore(unavailable.Reason);
            throw;
        }
    }
}
