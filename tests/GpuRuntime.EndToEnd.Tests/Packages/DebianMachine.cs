using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Packages;

/// <summary>
/// A clean Debian of one test's own: what is changed in it lies over the cached one, and goes with the test. Programs run in it one at a time, as on a
/// system that is being installed: /proc is there, systemd does not run.
/// </summary>
internal sealed class DebianMachine : IAsyncDisposable
{
    private const string Script = """
        set -e
        base=$1 own=$2
        shift 2
        mount -t overlay -o lowerdir=$base,upperdir=$own/changes,workdir=$own/work overlay $own/root
        mount -t proc proc $own/root/proc
        exec "$@"
        """;

    // Not the time of a file: what was taken away and put back is as before.
    private const string List = """
        find / -xdev -path /proc -prune -o -path /packages -prune -o -printf '%p\t%y %m %U:%G %l\n'
        find / -xdev -path /proc -prune -o -path /packages -prune -o -type f -printf '%p\0' | xargs -0 sha256sum | sed 's/^\\\?\([0-9a-f]*\)  \(.*\)/\2\t\1/'
        """;

    private readonly string _base;
    private readonly TestDirectory _directory;

    private DebianMachine(string baseRoot, TestDirectory directory)
    {
        _base = baseRoot;
        _directory = directory;
    }

    /// <summary>Its root directory, for <see cref="RunOutsideAsync"/>.</summary>
    public string Root => _directory.Combine("root");

    /// <summary>A clean one; the test is ignored where Debian cannot be had.</summary>
    public static DebianMachine Create()
    {
        try
        {
            var machine = new DebianMachine(DebianSystem.Root(), TestDirectory.Create());
            foreach (var name in (string[])["root", "changes", "work"])
                machine._directory.CreateSubdirectory(name);
            return machine;
        }
        catch (TestResourceUnavailableException unavailable)
        {
            Assert.Ignore(unavailable.Reason);
            throw;
        }
    }

    /// <summary>Runs a program of it in it.</summary>
    public Task<CommandResult> RunAsync(params ReadOnlySpan<string> command) =>
        RunOutsideAsync(["chroot", Root, "/usr/bin/env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8", .. command]);

    /// <summary>Runs a program of the host on its files.</summary>
    public Task<CommandResult> RunOutsideAsync(params ReadOnlySpan<string> command) =>
        Command.Of("unshare", ["--mount", "--propagation", "private", "sh", "-c", Script, "sh", _base, _directory.FullPath, .. command]).RunAsync();

    /// <summary>Installs or upgrades, as <c>dpkg -i</c>. Without its waiting for the disk.</summary>
    public async Task<CommandResult> InstallAsync(params string[] packages) =>
        (await WithPackagesAsync(packages, ["dpkg", "--force-unsafe-io", "--install", .. packages.Select(static package => "/packages/" + Path.GetFileName(package))])).EnsureSuccess();

    /// <summary>Runs a program of it while the packages lie in its directory <c>/packages</c>.</summary>
    public async Task<CommandResult> WithPackagesAsync(string[] packages, params string[] command)
    {
        // Through the layer that is kept, while nothing has it mounted.
        var inside = _directory.CreateSubdirectory("changes", "packages");
        foreach (var package in packages)
            File.Copy(package, Path.Combine(inside, Path.GetFileName(package)));
        var result = await RunAsync(command);
        Directory.Delete(inside, recursive: true);
        return result;
    }

    public async Task<CommandResult> DpkgAsync(params string[] arguments) => (await RunAsync(["dpkg", "--force-unsafe-io", .. arguments])).EnsureSuccess();

    /// <summary>The lines of a file, or what <c>cat</c> says.</summary>
    public async Task<string> ReadAsync(string path) => (await RunAsync("cat", path)).EnsureSuccess().Output;

    /// <summary>Changes the files of a stopped machine.</summary>
    public async Task WriteAsync(string path, string text, string mode = "0644") =>
        (await RunAsync("sh", "-ec", "mkdir -p \"${1%/*}\"; printf %s \"$2\" >\"$1\"; chmod $3 \"$1\"", "sh", path, text, mode)).EnsureSuccess();

    /// <returns>Each path with its type, mode, owner, target and content.</returns>
    public async Task<FileTreeSnapshot> SnapshotAsync() => FileTreeSnapshot.Parse((await RunAsync("sh", "-ec", List)).EnsureSuccess().Output);

    public ValueTask DisposeAsync() => _directory.DisposeAsync();
}
