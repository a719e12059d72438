using System.Text.Json;
using System.Text.Json.Nodes;

namespace GpuRuntime.TestHosts;

/// <summary>The config.json that points a program at a simulated host.</summary>
internal static class HostConfig
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <param name="path">The file to write.</param>
    /// <param name="host">The roots of the host.</param>
    /// <param name="extra">Members joined to it; those of a "host" object are joined to the host.</param>
    public static void Write(string path, JsonObject host, JsonObject? extra)
    {
        var config = new JsonObject { ["host"] = host };
        foreach (var (name, value) in extra ?? [])
        {
            if (name != "host")
            {
                config[name] = value?.DeepClone();
                continue;
            }
            foreach (var (member, memberValue) in value!.AsObject())
                host[member] = memberValue?.DeepClone();
        }
        File.WriteAllText(path, config.ToJsonString(Indented));
    }
}
