using GpuRuntime.Runtime;

namespace GpuRuntime.DockerPlugin;

/// <summary>What docker asks each plugin for before it offers its command (docker/cli, cli-plugins/manager).</summary>
internal static class PluginMetadata
{
    public const string Verb = "docker-cli-plugin-metadata";

    public static string Json =>
        $$"""{"SchemaVersion":"0.1.0","Vendor":"gpu-runtime","Version":"{{VersionLines.Version}}","ShortDescription":"Run containers with GPUs of NVIDIA, AMD and Intel"}""";
}
