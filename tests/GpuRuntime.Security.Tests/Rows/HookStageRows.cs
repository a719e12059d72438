using GpuRuntime.Security.Tests.Containers;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>
/// The hook at a stage that runs in the container's namespaces, where the pid in the state is the container's own numbering and /proc is still the
/// machine's: "1" is the machine's first process then.
/// </summary>
[TestFixture(HookVerb.Prestart)]
[TestFixture(HookVerb.Cdi)]
[Category("T13")]
[Category("T25")]
public sealed class HookStageRows(HookVerb verb) : HookFixture(verb)
{
    // A machine in the machine: its first process may be looked at by root, as on most machines and not in every sandbox.
    private const string Script = """
        cat /proc/self/mountinfo >"$1/before"
        "$2" --root "$1/runc-root" run --bundle "$1" "$3" </dev/null
        cat /proc/self/mountinfo >"$1/after"
        """;

    [Test]
    public async Task Nothing_is_mounted_on_the_host_and_a_sentence_names_the_right_stages([Values] bool mountsProc)
    {
        var bundle = await CreateBundleAsync(new HookRequest
        {
            Stage = "createContainer",
            Edit = spec =>
            {
                var mounts = spec["mounts"]!.AsArray();
                if (!mountsProc)
                    mounts.Remove(mounts.Single(static mount => (string?)mount!["destination"] == "/proc"));
            },
        });
        var files = await TreeListing.OfAsync(Image);

        var result = await Bundles.Complete(Command.Of(
            "unshare", "--mount", "--pid", "--fork", "--mount-proc", "--propagation", "private", "sh", "-c", Script, "sh", bundle.Directory,
            EngineFactory.LowLevelRuntime(Kind), NewId())).RunAsync();

        Assert.Multiple(() =>
        {
            Assert.That(Mounts("after"), Is.EqualTo(Mounts("before")), "the hook mounted the driver on the machine itself");
            Assert.That(result.Error, Does.Contain("gpu-runtime-hook: GRT4007: "));
        });
        Assert.That(await TreeListing.OfAsync(Path.Combine(bundle.Directory, "rootfs")), Is.EqualTo(files), "the hook wrote from the machine's side");

        IEnumerable<string> Mounts(string name) =>
            HostMounts.Comparable(HostMounts.Own(File.ReadAllText(Path.Combine(bundle.Directory, name)), Machine.Directory.Name()));
    }
}
