using GpuRuntime.Security.Tests.Attacks;
using GpuRuntime.Security.Tests.Containers;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>Somebody swaps a directory of the root for a link out of it, and back, as fast as it goes, while containers are created.</summary>
[TestFixture(HookVerb.Prestart, 500)]
[TestFixture(HookVerb.Cdi, 100)]
[Category("T2")]
public sealed class HookUnderAttackRows(HookVerb verb, int creates) : FakeContainerFixture(verb)
{
    private const string Links = "dev/dri/by-path";

    // Where the verb makes files; the links of GPUs are in the container's own /dev.
    private string[] Places => Verb == HookVerb.Prestart
        ? ["usr/lib/x86_64-linux-gnu", "usr/bin", "etc", "usr/lib", "etc/ld.so.conf.d"]
        : ["usr/lib/x86_64-linux-gnu", "etc/nvidia", "etc", "usr/lib", "etc/ld.so.conf.d"];

    [Test]
    public async Task Nothing_outside_changes_in_many_creates_by_runc()
    {
        var decoy = NewDecoy();
        var before = decoy.Content();
        var mounts = HostMountTable();
        var started = 0;
        var swaps = 0L;
        var bundle = await CreateBundleAsync(new HookRequest { Capabilities = "utility" });
        for (var create = 0; create < creates; create++)
        {
            var attacker = Attack(Path.Combine(bundle.Directory, "rootfs"), Places[create % Places.Length], decoy.FullPath, out var link);
            using (attacker)
                started += (await RunAsync(bundle)).ExitCode == 0 ? 1 : 0;
            swaps += attacker.Swaps;
            File.Delete(link);
            if (create % 50 == 0 || create == creates - 1)
                Assert.That(decoy.Content(), Is.EqualTo(before), $"create {create}");
        }

        TestContext.Out.WriteLine($"{started} of {creates} started; {swaps} swaps");
        Assert.That(swaps, Is.GreaterThan(creates), "nobody attacked");
        Assert.That(HostMountTable(), Is.EqualTo(mounts));
    }

    [Test]
    public async Task Nothing_outside_changes_in_many_runs_of_the_hook_itself()
    {
        var decoy = NewDecoy();
        var before = decoy.Content();
        var mounts = HostMountTable();
        var succeeded = 0;
        var swaps = 0L;
        var bundle = await CreateBundleAsync(new HookRequest { Capabilities = "utility" });
        for (var run = 0; run < creates; run++)
        {
            await using var container = await StartContainerAsync(bundle);
            var place = ((string[])[.. Places, Links])[run % (Places.Length + 1)];
            var attacker = Attack(place == Links ? container.Root : Path.Combine(bundle.Directory, "rootfs"), place, decoy.FullPath, out var link);
            using (attacker)
                succeeded += (await HookFor(container.StatePath).RunAsync()).ExitCode == 0 ? 1 : 0;
            swaps += attacker.Swaps;
            File.Delete(link);
            Assert.That(container.MountInfo, Does.Not.Contain($" {decoy.FullPath}"), $"run {run}");
            if (run % 50 == 0 || run == creates - 1)
                Assert.That(decoy.Content(), Is.EqualTo(before), $"run {run}");
        }

        TestContext.Out.WriteLine($"{succeeded} of {creates} succeeded; {swaps} swaps");
        Assert.That(swaps, Is.GreaterThan(creates), "nobody attacked");
        Assert.That(HostMountTable(), Is.EqualTo(mounts));
    }

    private static SwappingAttacker Attack(string root, string place, string decoy, out string link)
    {
        var directory = Directory.CreateDirectory(Path.Combine(root, place)).FullName;
        link = Path.Combine(root, Path.GetDirectoryName(place)!, "swapped");
        File.CreateSymbolicLink(link, place == Links ? $"{decoy}/dev/dri" : $"{decoy}/{place}");
        return new SwappingAttacker([(directory, link)]);
    }
}
