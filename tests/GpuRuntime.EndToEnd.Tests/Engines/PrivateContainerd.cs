namespace GpuRuntime.EndToEnd.Tests;

/// <summary>A containerd of its own, driven by ctr.</summary>
internal sealed class PrivateContainerd : IContainerEngine
{
    private readonly EngineSettings _settings;
    private readonly Command _client;
    private EngineDaemon? _daemon;

    private PrivateContainerd(EngineSettings settings)
    {
        _settings = settings;
        _client = Command.Of(Programs.Engine("ctr"), "--address", settings.Directory.Combine("c.sock"));
    }

    public string Log => _daemon?.Log ?? "";

    public static async Task<PrivateContainerd> StartAsync(EngineSettings settings)
    {
        var containerd = new PrivateContainerd(settings);
        var command = settings.Complete(Command.Of(Programs.Engine("containerd"), "--config", containerd.WriteConfiguration()));
        containerd._daemon = await EngineDaemon.StartAsync(command, settings.Directory.Combine("containerd"), containerd._client.With("version"));
        return containerd;
    }

    public async Task ImportAsync(TestImage image) => (await _client.With("images", "import", image.ArchivePath).RunAsync()).EnsureSuccess();

    public Task<CommandResult> RunAsync(ContainerRequest request) => CtrRun.ToItsEndAsync(() => Run($"c{Guid.NewGuid():N}", "--rm", request));

    /// <summary>Starts it in the background.</summary>
    public Task<CommandResult> StartContainerAsync(string id, ContainerRequest request) => Run(id, "--detach", request).RunAsync();

    public Task<CommandResult> CtrAsync(params ReadOnlySpan<string> arguments) => _client.With(arguments).RunAsync();

    private Command Run(string id, string how, ContainerRequest request)
    {
        if (request.User is not null)
            throw new NotSupportedException("ctr 1.6 has no --user");
        return _client.With(
        [
            "run", how, "--runc-binary", _settings.Runtimes[request.Runtime], "--cgroup", $"/{_settings.CgroupName}/{id}",
            .. request.Environment.SelectMany(static variable => (string[])["--env", $"{variable.Key}={variable.Value}"]),
            .. request.Volumes.SelectMany(static volume => (string[])["--mount", $"type=bind,src={volume.Value},dst={volume.Key},options=rbind"]),
            .. request.Options, request.Image.Reference, id, .. request.Command,
        ]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null)
        {
            // containerd leaves its shims running when it ends; they end with their task.
            foreach (var task in (await _client.With("tasks", "list", "--quiet").RunAsync()).Lines)
                await _client.With("tasks", "delete", "--force", task).RunAsync();
            await _daemon.DisposeAsync();
        }
        PrivateProcesses.KillAll(_settings.Directory.FullPath);
        await Cgroups.RemoveAsync(_settings.CgroupName);
    }

    private string WriteConfiguration()
    {
        var path = _settings.Directory.Combine("containerd.toml");
        File.WriteAllText(path, $"""
            version = 2
            root = "{_settings.Directory.Combine("containerd-root")}"
            state = "{_settings.Directory.Combine("containerd-state")}"
            disabled_plugins = ["io.containerd.grpc.v1.cri"]
            [grpc]
              address = "{_settings.Directory.Combine("c.sock")}"
            """);
        return path;
    }
}
