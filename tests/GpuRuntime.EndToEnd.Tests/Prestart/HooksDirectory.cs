using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.Prestart;

/// <summary>The files of hooks/ as `make install` puts them into a directory, for a hook that is configured for the simulated host.</summary>
internal static class HooksDirectory
{
    public const string ByAnnotation = "gpu-runtime-annotation.json";
    public const string ByEnvironment = "gpu-runtime-env.json";
    public const string Release = "gpu-runtime-release.json";

    /// <param name="program">The hook.</param>
    /// <returns>The directory.</returns>
    public static string Create(TestMachine machine, string program, params ReadOnlySpan<string> names)
    {
        var directory = machine.Directory.CreateSubdirectory($"hooks-{Guid.NewGuid():N}");
        foreach (var name in names)
        {
            var file = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "hooks", name)))!;
            file["hook"]!["path"] = program;
            file["hook"]!["env"]!.AsArray().Add($"GPU_RUNTIME_CONFIG={machine.ConfigPath}");
            File.WriteAllText(Path.Combine(directory, name), file.ToJsonString());
        }

        return directory;
    }
}
