using System.Collections.Immutable;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Freshness;

/// <summary>A simulated NVIDIA host that changes, and a systemd with our units that sees it change.</summary>
internal sealed class RefreshScene : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    // In the namespace the host's directory is /srv, and its dev is /dev.
    private const string Configuration = """{"host": {"proc": "/srv/proc", "sys": "/srv/sys", "driver": "/srv/driver"}}""";

    // There is no journal in the namespace. The kernel under it has registered none of the simulated driver's majors.
    private static readonly ImmutableDictionary<string, string> DropIns = ImmutableDictionary<string, string>.Empty.Add(Packaged.Service, $"""
        [Service]
        StandardOutput=append:/run/refresh.log
        StandardError=append:/run/refresh.log
        DeviceAllow=char-{DriverNumbers.Gpu} m
        DeviceAllow=char-{DriverNumbers.Uvm} m
        DeviceAllow=char-{DriverNumbers.Caps} m

        """);

    private readonly TestDirectory _directory = TestDirectory.Create();
    private int _hosts;

    private RefreshScene()
    {
    }

    public PrivateSystemd Systemd { get; private set; } = null!;

    public SimulatedNvidiaHost Host { get; private set; } = null!;

    /// <summary>The specification, where engines look for it.</summary>
    public string SpecPath => _directory.Combine("run", "cdi", "gpu-runtime-nvidia.yaml");

    public string Spec => File.Exists(SpecPath) ? File.ReadAllText(SpecPath) : "";

    public ImmutableArray<string> Names =>
        [.. Spec.Split('\n').Where(static line => line.StartsWith("- name: ", StringComparison.Ordinal)).Select(static line => line["- name: ".Length..].Trim('"'))];

    /// <param name="options">The host at the start.</param>
    /// <param name="timer">How long the timer waits between two runs, instead of a minute.</param>
    public static async Task<RefreshScene> StartAsync(SimulatedNvidiaHostOptions? options = null, string? timer = null)
    {
        var scene = new RefreshScene();
        try
        {
            var etc = scene._directory.CreateSubdirectory("etc");
            foreach (var name in (string[])["passwd", "group", "ld.so.cache"])
                File.Copy(Path.Combine("/etc", name), Path.Combine(etc, name));
            await File.WriteAllTextAsync(Path.Combine(scene._directory.CreateSubdirectory("etc", "gpu-runtime"), "config.json"), Configuration);
            scene.Host = SimulatedNvidiaHost.Create(scene._directory.Combine("host"), options ?? new SimulatedNvidiaHostOptions { GpuCount = 2 });
            scene.Systemd = await PrivateSystemd.StartAsync(scene._directory, timer is null
                ? DropIns
                : DropIns.Add(Packaged.Timer, $"[Timer]\nOnUnitInactiveSec=\nOnActiveSec=1s\nOnUnitInactiveSec={timer}\n"));
            return scene;
        }
        catch (TestResourceUnavailableException)
        {
            await scene.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes the host another one: first what the kernel says of itself, of which nobody is told, then the nodes.</summary>
    public async Task BecomeAsync(SimulatedNvidiaHostOptions options)
    {
        var next = SimulatedNvidiaHost.Create(_directory.Combine($"host-{++_hosts}"), options);
        foreach (var tree in (string[])["proc", "sys", "driver"])
        {
            Directory.Move(Path.Combine(Host.Directory, tree), _directory.Combine($"{tree}-before-{_hosts}"));
            Directory.Move(Path.Combine(next.Directory, tree), Path.Combine(Host.Directory, tree));
        }

        await BecomeNodesAsync(next.DevRoot);
    }

    public async Task MakeNodeAsync(string path, int major, int minor) =>
        (await Command.Of("mknod", "--mode=0444", Path.Combine(Host.DevRoot, path), "c", $"{major}", $"{minor}").RunAsync()).EnsureSuccess();

    /// <summary>As ldconfig ends.</summary>
    public void ReplaceLoaderCache()
    {
        var cache = _directory.Combine("etc", "ld.so.cache");
        File.Copy(cache, cache + "~");
        File.Move(cache + "~", cache, overwrite: true);
    }

    public Task ConfigureAsync(string json) => File.WriteAllTextAsync(_directory.Combine("etc", "gpu-runtime", "config.json"), json);

    /// <summary>Tells a file from one that was written in its place, even with the same content.</summary>
    public async Task<string> SpecIdentityAsync() => (await Command.Of("stat", "--format=%i %y %z", SpecPath).RunAsync()).EnsureSuccess().Output;

    public async Task UntilAsync(Func<bool> condition, string what)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!condition())
        {
            if (limit.IsCancellationRequested)
                Assert.Fail($"{what}: not after {Limit.TotalSeconds} s\n{Spec}\n{Systemd.Log}\n{(await Systemd.Systemctl("status", "--no-pager", "--all").RunAsync()).Output}");
            await Task.Delay(20);
        }
    }

    /// <summary>Waits for a run of the service that is not the given one, and for its end.</summary>
    public async Task UntilAnotherRunAsync(string last)
    {
        var now = last;
        using var limit = new CancellationTokenSource(Limit);
        while (now == last || now.Contains("ActiveState=activating", StringComparison.Ordinal))
        {
            if (limit.IsCancellationRequested)
                Assert.Fail($"The service did not run after {Limit.TotalSeconds} s\n{Systemd.Log}");
            await Task.Delay(20);
            now = await Systemd.LastRunAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Systemd is not null)
            await Systemd.DisposeAsync();
        await _directory.DisposeAsync();
    }

    // One by one: a copy of a directory with its attributes is an event of that directory too.
    private async Task BecomeNodesAsync(string dev)
    {
        string[] system = ["null", "zero", "full", "random", "urandom"];
        var (now, next) = (NodesBelow(Host.DevRoot), NodesBelow(dev));
        foreach (var gone in now.Except(next).Except(system))
            File.Delete(Path.Combine(Host.DevRoot, gone));
        foreach (var added in next.Except(now))
            (await Command.Of("cp", "-a", Path.Combine(dev, added), Path.Combine(Host.DevRoot, added)).RunAsync()).EnsureSuccess();
    }

    private static List<string> NodesBelow(string dev) =>
        [.. new DirectoryInfo(dev).EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Where(static file => file is not DirectoryInfo).Select(file => Path.GetRelativePath(dev, file.FullName))];
}
