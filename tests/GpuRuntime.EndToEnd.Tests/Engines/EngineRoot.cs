using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests;

/// <summary>
/// A root filesystem with the programs of another Debian suite. What runs in it sees the machine's kernel, /proc, /sys and /dev, the fixture's
/// directory and the programs under test at their own paths, and the fixture's CDI specifications where engines look for them. It is put together
/// for each program anew, in a mount namespace of the program's own; all that is writable, the fixture's directory and /dev aside, goes with it.
/// </summary>
internal sealed record EngineRoot(string PackagesDirectory)
{
    private static readonly string[] ProgramDirectories = ["/usr/sbin", "/usr/bin"];

    // dash and coreutils of the machine until exec: the pid that was started is the program's. Not chroot: who enters the namespace of a container
    // before it has its own root, as hooks do, then finds the engine's paths.
    private const string Script = """
        set -e
        packages=$1 root=$2 own=$3 programs=$4 cdi=$5
        shift 5
        mount -t tmpfs -o mode=755 tmpfs "$root"
        cp -a "$packages/bin" "$packages/sbin" "$packages/lib" "$packages/lib64" "$packages/etc" "$root"
        mkdir "$root/usr" "$root/proc" "$root/sys" "$root/dev" "$root/run" "$root/var" "$root/tmp" "$root/etc/cdi" "$root/run/cdi"
        ln -s /run "$root/var/run"
        mount -o bind,ro "$packages/usr" "$root/usr"
        for directory in /proc /sys /dev; do mount --rbind "$directory" "$root$directory"; done
        for directory in "$own" "$programs"; do
            mkdir -p "$root$directory"
            mount --bind "$directory" "$root$directory"
        done
        mount --bind "$cdi/etc" "$root/etc/cdi"
        mount --bind "$cdi/run" "$root/run/cdi"
        mkdir "$root/machine"
        cd "$root"
        pivot_root . machine
        cd /
        exec "$@"
        """;

    /// <exception cref="TestResourceUnavailableException">The suite's Docker cannot be had on this machine.</exception>
    public static EngineRoot WithDockerOf(string suite) => new(DockerPackages.Root(suite));

    /// <summary>A program's path in the root.</summary>
    public string Program(string name) =>
        ProgramDirectories.Select(directory => $"{directory}/{name}").First(path => File.Exists(PackagesDirectory + path));

    public Command Enter(Command command, TestDirectory own) => command with
    {
        Program = "unshare",
        Arguments =
        [
            "--mount", "--propagation", "private", "sh", "-c", Script, "sh",
            PackagesDirectory, own.CreateSubdirectory("engine-root"), own.FullPath, Path.GetDirectoryName(Programs.GpuRuntime)!, CdiDirectories.Of(own).Parent,
            command.Program, .. command.Arguments,
        ],
    };
}
