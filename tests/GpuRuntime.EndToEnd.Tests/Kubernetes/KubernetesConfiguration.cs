using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.Kubernetes;

/// <summary>Configurations of an agent whose kubelet is the test's own.</summary>
internal static class KubernetesConfiguration
{
    /// <param name="keys">Of <c>kubernetes</c>.</param>
    /// <returns>The file's path.</returns>
    public static string Write(TestMachine machine, params (string Key, JsonNode Value)[] keys) => machine.WriteConfiguration($"config-{Guid.NewGuid():N}.json", config =>
    {
        var kubernetes = new JsonObject
        {
            ["pluginDirectory"] = FakeKubelet.PluginDirectory(machine.Directory),
            ["featureFile"] = machine.Directory.Combine("features.d", "gpu-runtime"),
        };
        foreach (var (key, value) in keys)
            kubernetes[key] = value;
        config["kubernetes"] = kubernetes;
    });
}
