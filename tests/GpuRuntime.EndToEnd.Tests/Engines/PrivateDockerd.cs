namespace GpuRuntime.EndToEnd.Tests;

/// <summary>A dockerd with data, socket, containerd and cgroup of its own.</summary>
internal sealed class PrivateDockerd : IContainerEngine
{
    private readonly EngineSettings _settings;
    private readonly Command _client;
    private EngineDaemon? _daemon;

    private PrivateDockerd(EngineSettings settings)
    {
        _settings = settings;
        _client = settings.Enter(Command.Of(settings.Program("docker"), "--host", $"unix://{settings.Directory.Combine("docker.sock")}"))
            .WithEnvironment("DOCKER_CONFIG", settings.Directory.CreateSubdirectory("docker-client"));
    }

    public string Log => _daemon?.Log ?? "";

    public static async Task<PrivateDockerd> StartAsync(EngineSettings settings)
    {
        var docker = new PrivateDockerd(settings);
        docker._daemon = await EngineDaemon.StartAsync(docker.DaemonCommand(), settings.Directory.Combine("dockerd"), docker._client.With("version"));
        return docker;
    }

    public async Task ImportAsync(TestImage image) => (await DockerAsync("load", "--input", image.ArchivePath)).EnsureSuccess();

    public Task<CommandResult> RunAsync(ContainerRequest request) => DockerAsync(["run", "--rm", .. RunArguments(request)]);

    /// <summary>Starts it in the background.</summary>
    /// <returns>The container's id.</returns>
    public async Task<string> StartContainerAsync(ContainerRequest request) =>
        (await DockerAsync(["run", "--detach", .. RunArguments(request)])).EnsureSuccess().Output.Trim();

    /// <summary>The config.json that a running container was made from.</summary>
    public string BundleConfigPath(string id) =>
        _settings.Directory.Combine("docker-exec", "containerd", "daemon", "io.containerd.runtime.v2.task", "moby", id, "config.json");

    public Task<CommandResult> DockerAsync(params ReadOnlySpan<string> arguments) => _client.With(arguments).RunAsync();

    /// <summary>Ends the daemon alone, with its containers still in its books.</summary>
    public async Task StopDaemonAsync()
    {
        if (_daemon is not null)
            await _daemon.DisposeAsync();
        _daemon = null;
        PrivateProcesses.KillAll(_settings.Directory.FullPath);
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null)
        {
            var containers = (await DockerAsync("ps", "--all", "--quiet")).Lines;
            if (containers.Length > 0)
                await DockerAsync(["rm", "--force", .. containers]);
            await _daemon.DisposeAsync();
        }
        PrivateProcesses.KillAll(_settings.Directory.FullPath);
        await Cgroups.RemoveAsync(_settings.CgroupName);
    }

    private static IEnumerable<string> RunArguments(ContainerRequest request) =>
    [
        "--network", "none", "--runtime", request.Runtime,
        .. request.Environment.SelectMany(static variable => (string[])["--env", $"{variable.Key}={variable.Value}"]),
        .. request.User is { } user ? (string[])["--user", user] : [],
        .. request.Volumes.SelectMany(static volume => (string[])["--volume", $"{volume.Value}:{volume.Key}"]),
        .. request.Options, request.Image.Reference, .. request.Command,
    ];

    private Command DaemonCommand()
    {
        var directory = _settings.Directory;
        var command = Command.Of(_settings.Program("dockerd"),
            "--data-root", directory.Combine("docker-data"),
            "--exec-root", directory.Combine("docker-exec"),
            "--pidfile", directory.Combine("docker.pid"),
            "--host", $"unix://{directory.Combine("docker.sock")}",
            "--config-file", WriteConfiguration(),
            "--cgroup-parent", "/" + _settings.CgroupName,
            "--bridge", "none", "--iptables=false");
        foreach (var (name, path) in _settings.Runtimes)
            command = command.With("--add-runtime", $"{name}={path}");
        return _settings.Complete(command.With(_settings.DaemonArguments.AsSpan()));
    }

    // Else dockerd reads /etc/docker/daemon.json of the machine.
    private string WriteConfiguration()
    {
        var path = _settings.Directory.Combine("daemon.json");
        File.WriteAllText(path, _settings.DaemonConfiguration.ToJsonString());
        return path;
    }
}
