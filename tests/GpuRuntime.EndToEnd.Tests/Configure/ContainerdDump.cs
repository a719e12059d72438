namespace GpuRuntime.EndToEnd.Tests.Configure;

/// <summary>What a containerd makes of a configuration file, as its <c>config dump</c> prints it.</summary>
internal sealed class ContainerdDump
{
    private readonly Dictionary<string, string> _values = [];

    public IReadOnlyDictionary<string, string> Values => _values;

    /// <summary>containerd before 2.0.</summary>
    public bool IsFirst => _values["version"] == "2";

    public static async Task<ContainerdDump> OfAsync(string program, string file)
    {
        var dump = new ContainerdDump();
        var table = "";
        foreach (var line in (await Command.Of(program, "--config", file, "config", "dump").RunAsync()).EnsureSuccess().Lines)
        {
            if (line.StartsWith('['))
                table = line.Trim('[', ']').Replace('\'', '"') + ".";
            else if (line.Split(" = ", 2) is [var key, var value])
                dump._values[table + key] = value.Replace('\'', '"');
        }

        return dump;
    }

    /// <summary>A setting for Kubernetes, whatever this containerd calls their table.</summary>
    public string? Cri(string key) => _values.GetValueOrDefault($"plugins.\"io.containerd.{(IsFirst ? "grpc.v1.cri" : "cri.v1.runtime")}\".{key}");
}
