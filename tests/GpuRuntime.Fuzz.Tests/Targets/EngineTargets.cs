using System.Collections.Immutable;
using GpuRuntime.Core.Engines;
using GpuRuntime.Fuzz.Tests.Contract;

namespace GpuRuntime.Fuzz.Tests.Targets;

/// <summary>Engines' configuration files: we are registered in them, once more, and taken out again.</summary>
internal static class EngineTargets
{
    private const string Program = "/usr/local/bin/gpu-runtime";

    public static void RunContainerd(ReadOnlySpan<byte> input)
    {
        const string path = "/etc/containerd/config.toml";
        _ = EngineConfiguration.Imports(new EngineFile(path, input.ToArray(), null));
        Run(EngineKind.Containerd, [path, EngineConfiguration.DropInPath(path)], input);
    }

    public static void RunDocker(ReadOnlySpan<byte> input) => Run(EngineKind.Docker, ["/etc/docker/daemon.json"], input);

    public static void RunPodman(ReadOnlySpan<byte> input) => Run(EngineKind.Podman, ["/etc/containers/containers.conf.d/99-gpu-runtime.conf"], input);

    private static void Run(EngineKind kind, string[] paths, ReadOnlySpan<byte> input)
    {
        var original = input.ToArray();
        foreach (var options in (EngineOptions[])[new(Program), new(Program, IsDefault: true, Cdi: true)])
        {
            var files = new Dictionary<string, byte[]>(StringComparer.Ordinal) { [paths[0]] = original };
            var plan = EngineConfiguration.Configure(kind, Read(files, paths), options);
            Apply(files, plan);
            Broken.Unless(EngineConfiguration.Configure(kind, Read(files, paths), options).Changes.IsEmpty, "what is configured needs no change");
            Apply(files, EngineConfiguration.Remove(kind, Read(files, paths), Program));
            // A backup is made of a file that had nothing of ours.
            if (plan.Changes.Any(change => change.IsBackup && change.Path.StartsWith(paths[0], StringComparison.Ordinal)))
                Broken.Unless(files.Count == 1 && files[paths[0]].AsSpan().SequenceEqual(original), "configured and removed, the file is as it was");
        }
    }

    private static ImmutableArray<EngineFile> Read(Dictionary<string, byte[]> files, string[] paths) =>
        [.. paths.Select(path => new EngineFile(path, files.GetValueOrDefault(path), files.GetValueOrDefault(EngineFile.BackupOf(path))))];

    private static void Apply(Dictionary<string, byte[]> files, EnginePlan plan)
    {
        foreach (var change in plan.Changes)
        {
            if (change.After is { } content)
                files[change.Path] = content;
            else
                files.Remove(change.Path);
        }

        foreach (var change in plan.Changes)
            _ = UnifiedDiff.Of(change);
    }
}
