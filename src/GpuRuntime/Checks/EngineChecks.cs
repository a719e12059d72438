using System.Text.Json;
using GpuRuntime.Core.Engines;
using GpuRuntime.Linux.Paths;
using GpuRuntime.Linux.Processes;

namespace GpuRuntime.Checks;

/// <summary>Engines on this machine, and whether they know us as a runtime.</summary>
internal static class EngineChecks
{
    private const string DockerConfiguration = "/etc/docker/daemon.json";
    private const string ContainerdConfiguration = "/etc/containerd/config.toml";
    private const string HookName = "nvidia-container-runtime-hook";
    private const string OwnName = "gpu-runtime";

    /// <summary>What AMD's documentation registers, and what Docker from 28.3 on looks for to take --gpus without a hook.</summary>
    private const string AmdRuntimeName = "amd-container-runtime";
    private static readonly string[] HooksDirectories = ["/usr/share/containers/oci/hooks.d", "/etc/containers/oci/hooks.d"];
    private const int LargestConfiguration = 1 << 20;

    public static IEnumerable<Finding> Run()
    {
        var found = 0;
        foreach (var finding in Docker().Concat(Containerd()).Concat(Podman()))
        {
            found++;
            yield return finding;
        }

        if (found == 0)
            yield return new Finding("engines", "Neither Docker, containerd nor podman is on PATH", "Install one, or check PATH");
    }

    private static IEnumerable<Finding> Docker()
    {
        if (OnPath("dockerd") is null)
            yield break;
        var hook = OnPath(HookName);
        var isOwnHook = hook is not null && LeadsTo(hook, OwnProgram.HookName);
        var registration = DockerRegistration();
        // With our hook --gpus works without it.
        yield return isOwnHook && registration.IsMissing ? new Finding("docker", registration.Finding.What) : registration.Finding;
        yield return (hook, Search(AmdRuntimeName)) switch
        {
            ({ } path, _) => new Finding("docker --gpus", $"{path} is there{(isOwnHook ? " and is ours" : ", and is not gpu-runtime's")}: dockerd takes --gpus if it was started since"),
            (null, { } amd) when LeadsTo(amd, OwnName) && !registration.IsMissing => new Finding(
                "docker --gpus", $"{amd} is there and is ours: Docker 28.3 and newer takes --gpus where --runtime, or the default runtime, is gpu-runtime; older ones need {HookName}"),
            _ => new Finding("docker --gpus", $"no program named {HookName} on PATH, so that dockerd refuses --gpus", $"ln -s {OwnProgram.HookPath} /usr/local/bin/{HookName}, then restart dockerd; or use -e GPU_RUNTIME_GPUS=all"),
        };
    }

    private static (Finding Finding, bool IsMissing) DockerRegistration()
    {
        const string cure = "gpu-runtime configure docker, then: systemctl reload docker";
        using var root = RootedDirectory.Open("/", default);
        if (root.Read(DockerConfiguration, LargestConfiguration) is not { } text)
            return (new Finding("docker", $"gpu-runtime is not registered: {DockerConfiguration} does not exist", cure), true);
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("runtimes", out var runtimes) && runtimes.ValueKind == JsonValueKind.Object
                && Registered(runtimes) is { } name
                ? (new Finding("docker", $"registered as runtime \"{name}\" in {DockerConfiguration}"), false)
                : (new Finding("docker", $"gpu-runtime is not registered in {DockerConfiguration}", cure), true);
        }
        catch (JsonException exception)
        {
            return (new Finding("docker", $"{DockerConfiguration} is not valid JSON (line {exception.LineNumber + 1}), so that dockerd does not start", "Mend it; dockerd --validate --config-file tells more"), false);
        }
    }

    private static string? Registered(JsonElement runtimes)
    {
        foreach (var runtime in runtimes.EnumerateObject())
        {
            if (runtime.Value.ValueKind == JsonValueKind.Object && runtime.Value.TryGetProperty("path", out var path) && path.ValueKind == JsonValueKind.String && IsOurs(path.GetString()!))
                return runtime.Name;
        }

        return null;
    }

    private static IEnumerable<Finding> Containerd()
    {
        if (OnPath("containerd") is null)
            yield break;
        using var root = RootedDirectory.Open("/", default);
        string[] files = [ContainerdConfiguration, EngineConfiguration.DropInPath(ContainerdConfiguration)];
        var file = files.FirstOrDefault(file => root.Read(file, LargestConfiguration) is { } text && System.Text.Encoding.UTF8.GetString(text).Split('\n').Any(NamesUs));
        yield return file is not null
            ? new Finding("containerd", $"registered in {file}")
            : new Finding("containerd", $"gpu-runtime is not in {ContainerdConfiguration}: Kubernetes needs it there (gpu-runtime configure containerd); docker and ctr do not");
    }

    private static IEnumerable<Finding> Podman()
    {
        if (OnPath("podman") is null)
            yield break;
        using var root = RootedDirectory.Open("/", default);
        var hooks = HooksDirectories.SelectMany(directory => root.List(directory).Select(name => $"{directory}/{name}")).Where(path => path.Contains("/gpu-runtime", StringComparison.Ordinal)).ToList();
        yield return new Finding("podman", hooks.Count > 0
            ? $"found, and its hooks: {string.Join(", ", hooks)}"
            : $"found; run containers with: podman --runtime {OwnProgram.Path} run -e GPU_RUNTIME_GPUS=all ...");
    }

    private static bool NamesUs(string line) => !line.TrimStart().StartsWith('#') && line.Contains("BinaryName", StringComparison.Ordinal) && line.Contains("gpu-runtime", StringComparison.Ordinal);

    private static bool IsOurs(string path) =>
        path == OwnProgram.Path || path == OwnName || path.EndsWith($"/{OwnName}", StringComparison.Ordinal) || (Search(path) is { } found && LeadsTo(found, OwnName));

    private static bool LeadsTo(string link, string name) => new FileInfo(link).ResolveLinkTarget(returnFinalTarget: true)?.Name == name;

    private static string? OnPath(string name) => LowLevelRuntime.TryFind([name], Environment.GetEnvironmentVariable("PATH"));

    // As dockerd does. The search for a low-level runtime passes over links to ourselves, which is what is looked for here.
    private static string? Search(string name) =>
        name.Contains('/', StringComparison.Ordinal)
            ? (File.Exists(name) ? name : null)
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Where(directory => directory.StartsWith('/')).Select(directory => $"{directory}/{name}").FirstOrDefault(File.Exists);
}
