using GpuRuntime.Security.Tests.Containers;
using GpuRuntime.Security.Tests.Tools;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>A host on which "/" is shared, as most hosts are, and an engine's root file systems with it: its mounts are the same before, while and after.</summary>
[TestFixture(HookVerb.Prestart)]
[TestFixture(HookVerb.Cdi)]
[TestFixture(HookVerb.Runtime)]
[Category("T25")]
public sealed class SharedPropagationRows(HookVerb verb) : HookFixture(verb)
{
    private const string Script = """
        mount --make-rshared / && mount --bind "$1/rootfs" "$1/rootfs" && cat /proc/self/mountinfo >"$1/before"
        "$4" --root "$2" create --bundle "$1" "$3" </dev/null >"$1/out" 2>&1; echo $? >"$1/status"
        cat /proc/self/mountinfo >"$1/created"
        "$5" --root "$2" delete --force "$3"
        cat /proc/self/mountinfo >"$1/after"
        """;

    [TestCase("shared")]
    [TestCase("rshared")]
    [TestCase("slave")]
    public async Task No_mount_leaks_to_a_host_whose_root_is_shared(string propagation)
    {
        var bundle = await CreateBundleAsync(propagation);

        await CreateAndDeleteAsync(bundle, Runtime().Program);

        Assert.That(File.ReadAllText(Path.Combine(bundle.Directory, "status")).Trim(), Is.EqualTo("0"), File.ReadAllText(Path.Combine(bundle.Directory, "out")));
        Assert.That(Mounts(bundle, "created"), Is.EqualTo(Mounts(bundle, "before")));
        Assert.That(Mounts(bundle, "after"), Is.EqualTo(Mounts(bundle, "before")));
    }

    [Test]
    [Category("Control")]
    public async Task A_runtime_that_mounts_the_driver_itself_leaves_it_mounted_and_that_is_seen()
    {
        var bundle = await CreateBundleAsync("shared");

        await CreateAndDeleteAsync(bundle, WeakProgram.Runtime(Machine.Directory, """mount --bind /usr/bin "$root/usr/bin" """, Runc().Program));

        Assert.That(Mounts(bundle, "created"), Is.Not.EqualTo(Mounts(bundle, "before")));
        Assert.That(Mounts(bundle, "after"), Is.Not.EqualTo(Mounts(bundle, "before")));
    }

    private Task<Bundle> CreateBundleAsync(string propagation) => CreateBundleAsync(new HookRequest
    {
        Command = [HookImage.Busybox, "sleep", "1000"],
        Edit = spec => spec["linux"]!["rootfsPropagation"] = propagation,
    });

    private async Task CreateAndDeleteAsync(Bundle bundle, string program) => (await Bundles.Complete(Command.Of(
        "unshare", "--mount", "--propagation", "private", "sh", "-c", Script, "sh", bundle.Directory, Bundles.StateRoot, NewId(), program, Runc().Program)).RunAsync()).EnsureSuccess();

    private string Mounts(Bundle bundle, string name) =>
        string.Join('\n', HostMounts.Comparable(HostMounts.Own(File.ReadAllText(Path.Combine(bundle.Directory, name)), Machine.Directory.Name())));
}
