using System.Collections.Immutable;

namespace GpuRuntime.EndToEnd.Tests.Swarm;

/// <summary>A task that told its environment and its device nodes.</summary>
internal sealed record SwarmTask(SwarmNode Node, string Output)
{
    public const string End = "listed";

    /// <summary>A shell drops variables whose names hold a hyphen, as Swarm's do: its own environment is asked.</summary>
    public static readonly ImmutableArray<string> Command =
    [
        "sh", "-c",
        $"tr '\\0' '\\n' </proc/1/environ; find /dev -path '/dev/nvidia*' -type c; find /dev/dri /dev/kfd -type c 2>/dev/null; echo {End}; exec sleep 1000",
    ];

    /// <summary>The resource that Swarm gave it: KIND=NAME.</summary>
    public string Resource(string kind)
    {
        var variable = $"DOCKER_RESOURCE_{kind}=";
        return $"{kind}={Output.Split('\n').Single(line => line.StartsWith(variable, StringComparison.Ordinal))[variable.Length..]}";
    }

    public IEnumerable<string> DeviceNodes => Output.Split('\n').Where(static line => line.StartsWith("/dev/", StringComparison.Ordinal));
}
