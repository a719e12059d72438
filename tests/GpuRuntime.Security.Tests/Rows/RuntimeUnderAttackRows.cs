using System.Text.Json.Nodes;
using GpuRuntime.Security.Tests.Attacks;
using GpuRuntime.Security.Tests.Containers;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>The same swap for the runtime, whose own work comes before runc's: a stand-in for runc, so that it comes often.</summary>
[Category("T2")]
public sealed class RuntimeUnderAttackRows() : HookFixture(HookVerb.Runtime)
{
    private const int Creates = 500;
    private const int RealCreates = 20;

    private static readonly string[] Places = ["usr/lib/x86_64-linux-gnu", "etc", "etc/ld.so.conf.d", "usr/lib", "usr/lib/x86_64-linux-gnu/vdpau"];

    [Test]
    public async Task Nothing_outside_changes_in_many_creates()
    {
        var decoy = NewDecoy();
        var (before, mounts) = (decoy.Content(), HostMountTable());
        var (edited, swaps) = (0, 0L);
        var configuration = StandInConfiguration();
        var bundle = await CreateBundleAsync(new HookRequest());
        var config = await File.ReadAllTextAsync(bundle.ConfigPath);
        var root = Path.Combine(bundle.Directory, "rootfs");
        for (var create = 0; create < Creates; create++)
        {
            var place = Places[create % Places.Length];
            var directory = Directory.CreateDirectory(Path.Combine(root, place)).FullName;
            var link = Path.Combine(root, Path.GetDirectoryName(place)!, "swapped");
            File.CreateSymbolicLink(link, $"{decoy.FullPath}/{place}");
            await File.WriteAllTextAsync(bundle.ConfigPath, config);
            // Else they stand as they shall be, and nothing is written.
            File.Delete(Path.Combine(root, "etc/ld.so.cache"));
            File.Delete(Path.Combine(root, "usr/lib/x86_64-linux-gnu/libcuda.so"));
            var attacker = new SwappingAttacker([(directory, link)]);
            using (attacker)
                edited += (await Runtime("create", "--bundle", bundle.Directory, NewId()).WithEnvironment("GPU_RUNTIME_CONFIG", configuration).RunAsync()).ExitCode == 0 ? 1 : 0;
            swaps += attacker.Swaps;
            File.Delete(link);
            if (create % 50 == 0 || create == Creates - 1)
                Assert.That(decoy.Content(), Is.EqualTo(before), $"create {create}");
        }

        TestContext.Out.WriteLine($"{edited} of {Creates} were edited; {swaps} swaps");
        Assert.That(swaps, Is.GreaterThan(Creates), "nobody attacked");
        Assert.That(edited, Is.Positive, "every create was refused");
        Assert.That(HostMountTable(), Is.EqualTo(mounts));
    }

    // CVE-2021-30465: a container that runs swaps directories of a volume while a second one that has it too is created.
    [Test]
    public async Task Nothing_outside_changes_when_two_creates_share_a_volume_that_is_swapped()
    {
        var decoy = NewDecoy();
        var (before, mounts) = (decoy.Outside(), HostMountTable());
        var volume = Machine.Directory.CreateSubdirectory("shared-volume");
        foreach (var name in (string[])["nvidia", "vulkan"])
            Directory.CreateDirectory(Path.Combine(volume, name));
        File.CreateSymbolicLink(Path.Combine(volume, "swapped"), "/");
        var swaps = 0L;
        for (var create = 0; create < RealCreates; create++)
        {
            var bundles = new[] { await CreateAsync(volume), await CreateAsync(volume) };
            var attacker = new SwappingAttacker([(Path.Combine(volume, "nvidia"), Path.Combine(volume, "swapped"))]);
            using (attacker)
            {
                foreach (var result in await Task.WhenAll(bundles.Select(bundle => RunAsync(bundle))))
                    Assert.That(result.ExitCode == 0 || result.Error.Contains("level=error", StringComparison.Ordinal) || result.Error.Contains("gpu-runtime: GRT", StringComparison.Ordinal), result.ToString());
            }

            swaps += attacker.Swaps;
        }

        Assert.That(swaps, Is.GreaterThan(RealCreates), "nobody attacked");
        Assert.That(decoy.Outside(), Is.EqualTo(before));
        Assert.That(HostMountTable(), Is.EqualTo(mounts));
    }

    private Task<Bundle> CreateAsync(string volume) => CreateBundleAsync(new HookRequest
    {
        Capabilities = "utility",
        Edit = spec => spec["mounts"]!.AsArray().Add(new JsonObject { ["destination"] = "/etc/nvidia", ["type"] = "bind", ["source"] = Path.Combine(volume, "nvidia"), ["options"] = new JsonArray("rbind") }),
    });
}
