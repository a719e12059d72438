using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using GpuRuntime.Security.Tests.Containers;
using GpuRuntime.Security.Tests.Tools;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>
/// Programs of the host that an image wants changed or started: none runs through a path that the container can write, and none is changed. The
/// loader's cache is made without ldconfig (CVE-2024-0135 got at the host's), and runtimes were overwritten through /proc/self/exe (CVE-2019-5736).
/// </summary>
[TestFixture(HookVerb.Prestart)]
[TestFixture(HookVerb.Cdi)]
[TestFixture(HookVerb.Runtime)]
[Category("T4")]
[Category("T13")]
public sealed class HostProgramRows(HookVerb verb) : HookFixture(verb)
{
    private static readonly string[] Guarded = ["/sbin/ldconfig", "/etc/ld.so.cache", "/etc/ld.so.conf"];

    private string LowLevel => EngineFactory.LowLevelRuntime(Kind);

    [Test]
    public async Task Nothing_but_our_programs_and_the_runtimes_run_for_a_hostile_image_and_the_hosts_ldconfig_stays()
    {
        var before = Fingerprints();
        var bundle = await HostileBundleAsync();

        var (result, calls) = await TracedProgram.RunAsync(Runtime("run", "--bundle", bundle.Directory, NewId()), "execve,execveat", Machine.Directory);

        Assert.That(result.EnsureSuccess().Output, Does.Contain("/nothing: ENOENT"));
        Assert.That(Foreign(calls), Is.Empty);
        Assert.That(Fingerprints(), Is.EqualTo(before));
    }

    // The kernel resolves the path of a program in the mount namespace of who executes it: nobody executes one who has entered another's.
    [Test]
    public async Task Whoever_has_entered_the_container_executes_nothing_of_ours()
    {
        var bundle = await HostileBundleAsync();

        var (result, calls) = await TracedProgram.RunAsync(Runtime("run", "--bundle", bundle.Directory, NewId()), "execve,execveat,setns", Machine.Directory);

        result.EnsureSuccess();
        var entered = Array.FindIndex(calls, static call => call.StartsWith("setns(", StringComparison.Ordinal));
        Assert.That(TracedProgram.Executed(calls).Any(IsOurs), Is.EqualTo(Verb == HookVerb.Runtime || entered >= 0), "the trace shows nothing");
        Assert.That(TracedProgram.Executed(calls[Math.Max(entered, 0)..]).Where(IsOurs), entered < 0 ? Is.EqualTo((string[])[Shim, Shim]).Or.EqualTo((string[])[Shim]) : Is.Empty);
    }

    // It opens every program that it sees, and overwrites it as soon as nobody executes it: the way of CVE-2019-5736.
    [Test]
    public async Task A_container_that_overwrites_what_it_sees_executed_reaches_none_of_our_programs()
    {
        var bundle = await HostileBundleAsync([HookImage.Busybox, "sh", "-c", "while :; do for exe in /proc/[0-9]*/exe; do [ \"$(readlink $exe)\" = /busybox ] || echo x >$exe; done; done 2>/dev/null"]);
        var (id, before) = (NewId(), Fingerprints());
        (await Runtime("create", "--bundle", bundle.Directory, id).RunAsync()).EnsureSuccess();
        try
        {
            (await Runtime("start", id).RunAsync()).EnsureSuccess();
            for (var count = 0; count < 10; count++)
                await Runtime("exec", id, HookImage.Busybox, "true").RunAsync();
        }
        finally
        {
            await Runc("delete", "--force", id).RunAsync();
        }

        Assert.That(Fingerprints(), Is.EqualTo(before));
    }

    [Test]
    [Category("Control")]
    public async Task A_hook_that_runs_the_images_ldconfig_is_seen()
    {
        const string body = """chroot "$root" /sbin/ldconfig""";
        var bundle = await HostileBundleAsync();
        var spec = bundle.ReadConfig();
        spec["hooks"] = new JsonObject
        {
            ["prestart"] = new JsonArray(new JsonObject { ["path"] = WeakProgram.Hook(Machine.Directory, body), ["env"] = new JsonArray("PATH=/usr/sbin:/usr/bin") }),
        };
        bundle.WriteConfig(spec);

        var (_, calls) = await TracedProgram.RunAsync(Runc("run", "--bundle", bundle.Directory, NewId()), "execve,execveat", Machine.Directory);

        Assert.That(Foreign(calls), Does.Contain("/sbin/ldconfig"));
    }

    private Task<Bundle> HostileBundleAsync() => HostileBundleAsync([HookImage.OpenDevice, "/nothing"]);

    // An ldconfig, a preload and a configuration that want to be used.
    private async Task<Bundle> HostileBundleAsync(ImmutableArray<string> command)
    {
        var bundle = await CreateBundleAsync(new HookRequest { Command = command, Environment = ["LD_PRELOAD=/proc/self/cwd/evil.so", "LD_LIBRARY_PATH=/evil"] });
        var root = Path.Combine(bundle.Directory, "rootfs");
        foreach (var place in (string[])["usr/sbin/ldconfig", "usr/sbin/ldconfig.real"])
            File.CreateSymbolicLink(Path.Combine(root, place), "/busybox");
        await File.WriteAllTextAsync(Path.Combine(root, "etc/ld.so.preload"), "/proc/self/cwd/evil.so\n");
        await File.WriteAllTextAsync(Path.Combine(root, "etc/ld.so.conf"), "/proc/self/fd\n/proc/1/root/usr/lib\ninclude /proc/self/cwd/*\n");
        return bundle;
    }

    private bool IsOurs(string program) => program == Hook || program == Shim;

    // runc executes itself once more, by its name in /proc and by the descriptor of a copy, which has no path.
    private IEnumerable<string> Foreign(IEnumerable<string> calls) =>
        TracedProgram.Executed(calls).Where(program => !IsOurs(program) && program != LowLevel && program is not ("" or "/proc/self/exe" or HookImage.OpenDevice));

    private string Fingerprints() => string.Join('\n', ((string[])[.. Guarded, Hook, Shim, LowLevel]).Where(File.Exists).Select(static path =>
        $"{path} {new FileInfo(path).LastWriteTimeUtc:O} {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))}"));
}
