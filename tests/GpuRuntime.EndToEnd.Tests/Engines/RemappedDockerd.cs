using System.Collections.Immutable;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests;

/// <summary>A dockerd whose containers are in user namespaces: <c>--userns-remap</c>.</summary>
internal static class RemappedDockerd
{
    /// <summary>The host's number of a container's root.</summary>
    public const int RootId = 200000;

    // dockerd reads the ranges from /etc: files of ours are bound over them, in a mount namespace that only this dockerd sees.
    public static EngineSettings Configure(EngineSettings settings)
    {
        if (!File.Exists("/etc/subuid") || !File.Exists("/etc/subgid"))
            throw new TestResourceUnavailableException("/etc/subuid and /etc/subgid are not there to bind ranges over (Debian: package uidmap)");
        var ranges = settings.Directory.Combine("subordinate-ids");
        File.WriteAllText(ranges, $"nobody:{RootId}:65536\nnogroup:{RootId}:65536\n");
        return settings with
        {
            DaemonArguments = ["--userns-remap", "nobody:nogroup"],
            DaemonPrefix = ImmutableArray.Create(
                "unshare", "--mount", "--propagation", "private", "sh", "-c",
                $"""mount --bind {ranges} /etc/subuid && mount --bind {ranges} /etc/subgid && exec "$@" """, "sh"),
        };
    }
}
