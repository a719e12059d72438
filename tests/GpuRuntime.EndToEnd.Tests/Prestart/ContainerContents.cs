namespace GpuRuntime.EndToEnd.Tests.Prestart;

/// <summary>All that a container finds: files, links, nodes, mounts, and the loader's cache.</summary>
internal static class ContainerContents
{
    // Kind, mode, owner, numbers and size of everything; what links say; what the files hold that are written.
    private const string Files = """
        find / -path /proc -prune -o -path /sys -prune -o -path /.dockerenv -prune -o -path '/etc/host*' -prune -o -path /etc/resolv.conf -prune -o ! -path / -print | sort |
        while read -r path; do
            printf '%s %s' "$path" "$(stat -c '%F %a %u:%g %t:%T' "$path")"
            if [ -L "$path" ]; then printf ' -> %s' "$(readlink "$path")"; elif [ -f "$path" ]; then printf ' %s' "$(md5sum <"$path")"; fi
            echo
        done
        """;

    // Where they are mounted from is each way's own business: the shim keeps small files in its state directory, the hook on a tmpfs.
    private const string Mounts = "cut -d' ' -f5,6 /proc/self/mountinfo | grep -v '^/proc\\|^/sys' | sort";

    /// <summary>Asserts that a container of the shim's and one of Docker's runc, to which our hook gives the same, find the same.</summary>
    /// <param name="request">The container that runs a script.</param>
    /// <returns>The files, a line each.</returns>
    public static async Task<string[]> SameOfBothAsync(PrivateDockerd docker, Func<string, ContainerRequest> request)
    {
        var (files, mounts) = await ReadAsync(docker, request, RuntimeNames.GpuRuntime);
        var (filesOfHook, mountsOfHook) = await ReadAsync(docker, request, RuntimeNames.Runc);

        Assert.That(filesOfHook, Is.EqualTo(files), "files");
        Assert.That(mountsOfHook, Is.EqualTo(mounts), "mounts");
        return files;
    }

    private static async Task<(string[] Files, string[] Mounts)> ReadAsync(PrivateDockerd docker, Func<string, ContainerRequest> request, string runtime)
    {
        var files = await docker.RunAsync(request(Files) with { Runtime = runtime });
        var mounts = await docker.RunAsync(request(Mounts) with { Runtime = runtime });
        return (files.EnsureSuccess().Output.Split('\n'), mounts.EnsureSuccess().Output.Split('\n'));
    }
}
