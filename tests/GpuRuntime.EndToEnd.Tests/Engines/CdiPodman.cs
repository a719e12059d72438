namespace GpuRuntime.EndToEnd.Tests;

/// <summary>A podman that has the fixture's CDI directories, whatever the machine has in its own.</summary>
internal static class CdiPodman
{
    // Neither directory need be on the machine, and none is made there: /run is an empty one of the program's own, and /etc is the machine's
    // with one more directory in it.
    private const string Script = """
        set -e
        cdi=$1
        shift
        mount -t tmpfs -o mode=755 tmpfs /run
        mkdir -p /run/cdi /run/etc/cdi
        mount --bind "$cdi/run" /run/cdi
        mount -t overlay -o lowerdir=/run/etc:/etc overlay /etc
        mount --bind "$cdi/etc" /etc/cdi
        exec "$@"
        """;

    public static EngineSettings Configure(EngineSettings settings) => settings with
    {
        DaemonPrefix = ["unshare", "--mount", "--propagation", "private", "sh", "-c", Script, "sh", CdiDirectories.Of(settings.Directory).Parent, .. settings.DaemonPrefix],
    };
}
