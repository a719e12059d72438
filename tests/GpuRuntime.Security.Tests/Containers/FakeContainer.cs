using System.Diagnostics;
using System.Text.Json.Nodes;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Security.Tests.Containers;

/// <summary>
/// What a hook finds when it runs, without a runtime: a process in a mount namespace of its own, in which the bundle's root filesystem has a
/// procfs and a /dev. Unlike a container of runc's it is still there when the hook has failed, and can be looked at.
/// </summary>
internal sealed class FakeContainer : IAsyncDisposable
{
    // The program that this becomes at last has nothing but a number on its command line.
    private const string Script = """
        set -e
        root=$1; shift
        mount --bind "$root" "$root"
        mount -t proc proc "$root/proc"
        mount -t tmpfs -o mode=755,nosuid tmpfs "$root/dev"
        POPULATE
        for list in "$@"; do echo $$ >"$list"; done
        echo ready
        exec sleep 1000
        """;

    private readonly Process _process;
    private readonly OutputFiles _output;

    private FakeContainer(Process process, OutputFiles output, TestDeviceCgroup cgroup, Bundle bundle)
    {
        _process = process;
        _output = output;
        Cgroup = cgroup;
        Bundle = bundle;
        StatePath = Path.Combine(bundle.Directory, "state.json");
        Pid = process.Id;
    }

    public int Pid { get; }

    public Bundle Bundle { get; }

    public TestDeviceCgroup Cgroup { get; }

    /// <summary>The state that a hook gets on standard input.</summary>
    public string StatePath { get; }

    /// <summary>The root filesystem as the container's mount namespace has it.</summary>
    public string Root => $"/proc/{Pid}/root{Bundle.Directory}/rootfs";

    /// <param name="cgroup">Becomes the container's, to dispose of.</param>
    /// <param name="prepare">Shell commands before the procfs is mounted, in the new mount namespace; the root is $root.</param>
    /// <param name="populate">Shell commands when the procfs and /dev are mounted.</param>
    /// <param name="sleep">What its process executes at last, by whose name the kernel calls it.</param>
    public static async Task<FakeContainer> StartAsync(Bundle bundle, TestDeviceCgroup cgroup, string prepare = "", string populate = "", string sleep = "sleep")
    {
        var output = new OutputFiles();
        var script = Script.Replace("mount -t proc", $"{prepare}\nmount -t proc", StringComparison.Ordinal)
            .Replace("POPULATE", populate, StringComparison.Ordinal).Replace("exec sleep", $"exec '{sleep}'", StringComparison.Ordinal);
        var root = Path.Combine(bundle.Directory, "rootfs");
        var process = Command.Of("unshare", ["--mount", "--propagation", "private", "sh", "-c", script, "sh", root, .. cgroup.ToJoin]).Start(output.Prefix);
        var container = new FakeContainer(process, output, cgroup, bundle);
        while (!output.Output.Contains("ready", StringComparison.Ordinal))
        {
            if (process.HasExited)
                throw new InvalidOperationException($"no container: {output.Error}");
            await Task.Delay(2);
        }

        await File.WriteAllTextAsync(container.StatePath, State(process.Id, bundle.Directory).ToJsonString());
        return container;
    }

    /// <summary>The state of a container, as the OCI runtime specification defines it.</summary>
    public static JsonObject State(int pid, string bundle) => new()
    {
        ["ociVersion"] = "1.0.2-dev",
        ["id"] = "fake",
        ["status"] = "creating",
        ["pid"] = pid,
        ["bundle"] = bundle,
    };

    /// <summary>The mounts of its namespace.</summary>
    public string MountInfo =>
        HostMounts.Own(File.ReadAllText($"/proc/{Pid}/mountinfo"), Bundle.Directory.Split('/').First(static name => name.StartsWith("grt-", StringComparison.Ordinal)));

    /// <summary>All that a hook may change: mounts, files, device rules.</summary>
    public async Task<string> SnapshotAsync() =>
        $"{string.Join('\n', HostMounts.Comparable(MountInfo))}\n\n{await TreeListing.OfAsync(Root)}\n\n{await Cgroup.RulesAsync()}";

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _output.Dispose();
        Cgroup.Dispose();
    }
}
