using System.Text.Json.Nodes;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests;

/// <summary>Docker of a later Debian suite, which knows CDI.</summary>
internal static class CdiDocker
{
    /// <exception cref="TestResourceUnavailableException">The suite's Docker cannot be had on this machine.</exception>
    public static EngineSettings Of(string suite, EngineSettings settings)
    {
        var configuration = settings.DaemonConfiguration.DeepClone().AsObject();
        // From 28.2 on it is the default, and the test of that.
        if (suite == "trixie" && !configuration.ContainsKey("features"))
            configuration["features"] = new JsonObject { ["cdi"] = true };
        return settings with { Root = EngineRoot.WithDockerOf(suite), DaemonConfiguration = configuration };
    }
}
