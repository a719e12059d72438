using System.Collections.Immutable;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Engines;

/// <summary>Plans how an engine's configuration files come to know us, and to know us no more. See <see cref="IEngineFormat"/> for the files.</summary>
public static class EngineConfiguration
{
    private const string PodmanAndCdi = "podman takes CDI devices (--device VENDOR.com/gpu=NAME) without a switch: --cdi changes nothing.";

    /// <summary>The file that an engine reads where nobody says otherwise.</summary>
    public static string DefaultPath(EngineKind kind) => kind switch
    {
        EngineKind.Docker => "/etc/docker/daemon.json",
        EngineKind.Containerd => "/etc/containerd/config.toml",
        EngineKind.Crio => "/etc/crio/crio.conf.d/99-gpu-runtime.conf",
        _ => "/etc/containers/containers.conf.d/99-gpu-runtime.conf",
    };

    /// <summary>What makes the engine read its files again; <see langword="null"/>: it does so by itself.</summary>
    public static string? RestartCommand(EngineKind kind) => kind switch
    {
        EngineKind.Docker => "systemctl restart docker",
        EngineKind.Containerd => "systemctl restart containerd",
        EngineKind.Crio => "systemctl restart crio",
        _ => null,
    };

    /// <summary>Beside containerd's config.toml: the file that holds our settings where it merges what it imports.</summary>
    public static string DropInPath(string configurationPath) => $"{configurationPath[..(configurationPath.LastIndexOf('/') + 1)]}conf.d/99-gpu-runtime.toml";

    /// <summary>Patterns of the files that containerd reads after this one, absolute.</summary>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.EngineConfigurationInvalid"/>.</exception>
    public static ImmutableArray<string> Imports(EngineFile file) =>
        [.. ContainerdImports.Patterns(TomlDocument.Parse(EngineText.Decode(file.Content, file.Path).Text, file.Path), file.Path)];

    /// <summary>Whether a pattern among those covers a file.</summary>
    public static bool IsImported(string pattern, string path) => ContainerdImports.Covers(pattern, path);

    /// <param name="files">The engine's file; for containerd, the drop-in too, and then what the first imports.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.EngineConfigurationInvalid"/>, <see cref="ErrorCode.EngineConfigurationTaken"/>.</exception>
    public static EnginePlan Configure(EngineKind kind, ImmutableArray<EngineFile> files, EngineOptions options)
    {
        var file = files[0];
        return kind switch
        {
            EngineKind.Docker => new EnginePlan([.. EnginePlanner.Configure(file, new DockerFormat(file.Path), options)], []),
            EngineKind.Containerd => ContainerdPlan.Configure(file, files[1], files[2..], options),
            EngineKind.Crio => new EnginePlan([.. EnginePlanner.Configure(file, Crio(file), options)], []),
            _ => new EnginePlan([.. EnginePlanner.Configure(file, Podman(file), options)], options.Cdi ? [PodmanAndCdi] : []),
        };
    }

    /// <param name="files">As for <see cref="Configure"/>.</param>
    /// <param name="program">Our own path.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.EngineConfigurationInvalid"/>.</exception>
    public static EnginePlan Remove(EngineKind kind, ImmutableArray<EngineFile> files, string program)
    {
        var file = files[0];
        return new EnginePlan(
            kind switch
            {
                EngineKind.Docker => [.. EnginePlanner.Remove(file, new DockerFormat(file.Path), program)],
                EngineKind.Containerd => ContainerdPlan.Remove(file, files[1], program),
                EngineKind.Crio => [.. EnginePlanner.Remove(file, Crio(file), program)],
                _ => [.. EnginePlanner.Remove(file, Podman(file), program)],
            },
            []);
    }

    private static TomlFormat Crio(EngineFile file) => new(file.Path, (_, options) => DropInSettings.Crio(options));

    private static TomlFormat Podman(EngineFile file) => new(file.Path, (_, options) => DropInSettings.Podman(options));
}
