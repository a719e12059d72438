namespace GpuRuntime.EndToEnd.Tests;

/// <summary>podman with storage and configuration of its own. It has no daemon.</summary>
internal sealed class PrivatePodman : IContainerEngine
{
    /// <summary>Its default limits need CAP_SYS_RESOURCE; its locks are otherwise shared with every podman of the machine.</summary>
    public const string UsualSettings = """
        [containers]
        default_ulimits = ["nofile=1000:1000", "nproc=1000:1000"]
        log_driver = "k8s-file"
        [engine]
        events_logger = "none"
        lock_type = "file"

        """;

    private readonly EngineSettings _settings;
    private readonly Command _podman;

    public PrivatePodman(EngineSettings settings)
    {
        _settings = settings;
        _podman = settings.Complete(Command.Of(Programs.Engine("podman"),
                "--root", settings.Directory.Combine("podman-root"),
                "--runroot", settings.Directory.Combine("podman-run"),
                "--tmpdir", settings.Directory.Combine("podman-tmp"),
                "--cgroup-manager", "cgroupfs")
            .With(settings.DaemonArguments.AsSpan())
            .WithEnvironment("CONTAINERS_CONF", WriteConfiguration()));
    }

    public string Log => "";

    public async Task ImportAsync(TestImage image) => (await PodmanAsync("load", "--input", image.ArchivePath)).EnsureSuccess();

    public Task<CommandResult> RunAsync(ContainerRequest request) => RunAsync("--rm", request);

    /// <summary>Starts it in the background.</summary>
    /// <returns>The container's id.</returns>
    public async Task<string> StartContainerAsync(ContainerRequest request) => (await RunAsync("--detach", request)).EnsureSuccess().Output.Trim();

    private Task<CommandResult> RunAsync(string how, ContainerRequest request) => PodmanAsync(
    [
        "--runtime", _settings.Runtimes[request.Runtime],
        "run", how, "--network", "none", .. _settings.MayMakeCgroups ? (string[])["--cgroup-parent", "/" + _settings.CgroupName] : [],
        .. request.Environment.SelectMany(static variable => (string[])["--env", $"{variable.Key}={variable.Value}"]),
        .. request.User is { } user ? (string[])["--user", user] : [],
        .. request.Volumes.SelectMany(static volume => (string[])["--volume", $"{volume.Value}:{volume.Key}"]),
        .. request.Options, request.Image.Reference, .. request.Command,
    ]);

    public async ValueTask DisposeAsync()
    {
        await PodmanAsync("rm", "--all", "--force", "--time", "0");
        PrivateProcesses.KillAll(_settings.Directory.FullPath);
        await Cgroups.RemoveAsync(_settings.CgroupName);
    }

    public Task<CommandResult> PodmanAsync(params ReadOnlySpan<string> arguments) => _podman.With(arguments).RunAsync();

    private string WriteConfiguration()
    {
        var path = _settings.Directory.Combine("containers.conf");
        File.WriteAllText(path, $"{UsualSettings}volume_path = \"{_settings.Directory.Combine("podman-volumes")}\"\n");
        return path;
    }
}
