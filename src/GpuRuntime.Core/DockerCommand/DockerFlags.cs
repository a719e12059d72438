using System.Collections.Immutable;

namespace GpuRuntime.Core.DockerCommand;

/// <summary>
/// Which flags of the docker command line take the following argument as their value: those of Docker 20.10 to 29, hidden ones included. Without
/// this nobody can tell a flag from another flag's value, or from the container's own command.
/// </summary>
internal static class DockerFlags
{
    private static readonly ImmutableArray<string> GlobalWithValue = ["config", "context", "host", "log-level", "tlscacert", "tlscert", "tlskey"];

    private static readonly ImmutableArray<string> GlobalWithoutValue = ["debug", "tls", "tlsverify", "help", "version"];

    private static readonly ImmutableArray<string> RunWithoutValue =
    [
        "detach", "disable-content-trust", "help", "init", "interactive", "no-healthcheck", "oom-kill-disable", "privileged", "publish-all", "quiet",
        "read-only", "rm", "sig-proxy", "tty", "use-api-socket",
    ];

    private static readonly ImmutableArray<string> RunWithValue =
    [
        "add-host", "annotation", "attach", "blkio-weight", "blkio-weight-device", "cap-add", "cap-drop", "cgroup-parent", "cgroupns", "cidfile",
        "cpu-count", "cpu-percent", "cpu-period", "cpu-quota", "cpu-rt-period", "cpu-rt-runtime", "cpu-shares", "cpus", "cpuset-cpus", "cpuset-mems",
        "detach-keys", "device", "device-cgroup-rule", "device-read-bps", "device-read-iops", "device-write-bps", "device-write-iops", "dns", "dns-opt",
        "dns-option", "dns-search", "domainname", "entrypoint", "env", "env-file", "expose", "gpus", "group-add", "health-cmd", "health-interval",
        "health-retries", "health-start-interval", "health-start-period", "health-timeout", "hostname", "io-maxbandwidth", "io-maxiops", "ip", "ip6",
        "ipc", "isolation", "kernel-memory", "label", "label-file", "link", "link-local-ip", "log-driver", "log-opt", "mac-address", "memory",
        "memory-reservation", "memory-swap", "memory-swappiness", "mount", "name", "net", "net-alias", "network", "network-alias", "oom-score-adj",
        "pid", "pids-limit", "platform", "publish", "pull", "restart", "runtime", "security-opt", "shm-size", "stop-signal", "stop-timeout",
        "storage-opt", "sysctl", "tmpfs", "ulimit", "user", "userns", "uts", "volume", "volume-driver", "volumes-from", "workdir",
    ];

    /// <summary>Docker's own flags, in front of the command.</summary>
    public static FlagSyntax Global { get; } = new(
        name => GlobalWithValue.Contains(name) ? true : GlobalWithoutValue.Contains(name) ? false : null,
        letter => letter switch { 'c' or 'H' or 'l' => true, 'D' or 'v' or 'h' => false, _ => null },
        _ => null);

    /// <summary>Those of docker run, and our <c>--dry-run</c>.</summary>
    public static FlagSyntax Run { get; } = new(
        name => RunWithValue.Contains(name) ? true : RunWithoutValue.Contains(name) || name == DockerRunArguments.DryRunFlag ? false : null,
        letter => letter switch
        {
            'a' or 'c' or 'e' or 'h' or 'l' or 'm' or 'p' or 'u' or 'v' or 'w' => true,
            'd' or 'i' or 'P' or 'q' or 't' => false,
            _ => null,
        },
        letter => letter == 'e' ? "env" : null);
}
