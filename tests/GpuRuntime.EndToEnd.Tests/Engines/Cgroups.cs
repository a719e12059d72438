using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests;

/// <summary>Runs programs on either cgroup version, and takes away the cgroups that engines leave.</summary>
internal static class Cgroups
{
    private const string Root = "/sys/fs/cgroup";

    private static bool HostIsPlainV2 => File.Exists(Path.Combine(Root, "cgroup.controllers"));

    /// <summary>The command as it must be run to see the version; the test is skipped where the machine has no v1 left.</summary>
    public static Command On(CgroupVersion version, Command command) => (version, HostIsPlainV2) switch
    {
        (CgroupVersion.V1, true) => throw new TestResourceUnavailableException("this machine has no cgroup v1 hierarchies"),
        (CgroupVersion.V2, false) => InNamespaceWithV2(command),
        _ => command,
    };

    /// <summary>Removes a top-level cgroup of ours from every hierarchy, with what is below it.</summary>
    public static async Task RemoveAsync(string name)
    {
        foreach (var hierarchy in HostIsPlainV2 ? [Root] : Directory.GetDirectories(Root))
            await RemoveTreeAsync(Path.Combine(hierarchy, name));
    }

    private static async Task RemoveTreeAsync(string cgroup)
    {
        if (!Directory.Exists(cgroup))
            return;
        foreach (var child in Directory.GetDirectories(cgroup))
            await RemoveTreeAsync(child);

        for (var attempt = 0; ; attempt++)
        {
            try
            {
                Directory.Delete(cgroup);
                return;
            }
            catch (IOException) when (attempt < 50)
            {
                // Busy: the last process in it is still on its way out.
                await Task.Delay(100);
            }
        }
    }

    // unshare and sh become the program by exec, so that the pid that was started is the program's.
    private static Command InNamespaceWithV2(Command command) => command with
    {
        Program = "unshare",
        Arguments =
        [
            "--mount", "--propagation", "private", "sh", "-c",
            $"""umount -R {Root} && mount -t cgroup2 none {Root} && exec "$@" """,
            "sh", command.Program, .. command.Arguments,
        ],
    };
}
