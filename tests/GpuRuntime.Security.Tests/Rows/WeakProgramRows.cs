using GpuRuntime.Security.Tests.Attacks;
using GpuRuntime.Security.Tests.Containers;
using GpuRuntime.Security.Tests.Tools;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>
/// That the images of these tests do lead out whoever joins a root and a path, and that the decoy shows it: a hook and a runtime that are shell
/// scripts, which do what ours do by names.
/// </summary>
[TestFixture(HookVerb.Prestart)]
[TestFixture(HookVerb.Runtime)]
[Category("Control")]
public sealed class WeakProgramRows(HookVerb verb) : HostileImageFixture(verb)
{
    private const int MostTries = 500;
    private const string Cache = "etc/ld.so.cache";

    [TestCase("etc/ld.so.conf.d", "/etc/ld.so.conf.d", """echo x >"$root/etc/ld.so.conf.d/zz-gpu-runtime.conf" """, Category = "T1")]
    [TestCase("usr/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", """ln -sf libcuda.so.1 "$root/usr/lib/x86_64-linux-gnu/libcuda.so" """, Category = "T1")]
    [TestCase("usr/bin", "/usr/bin", """cp /bin/true "$root/usr/bin/nvidia-smi" """, Category = "T1")]
    [TestCase("usr/local/cuda/compat", "/usr/lib", """: >"$root/usr/local/cuda/compat/libcuda.so.1" """, Category = "T1")]
    [TestCase(Cache, "/etc/ld.so.cache", """echo x >"$root/etc/ld.so.cache" """, Category = "T7")]
    [TestCase("run", "/run", """mkdir -p "$root/run/nvidia-persistenced/socket" """, Category = "T7")]
    [TestCase("dev", "/dev", """mknod "$root/dev/nvidia0" c 195 0""", Category = "T10")]
    public async Task A_program_that_joins_the_root_and_a_path_writes_outside(string place, string target, string body)
    {
        var decoy = NewDecoy();
        var before = decoy.Outside();
        var bundle = await WeakBundleAsync(body);
        await ReplaceAsync(bundle, place, path => File.CreateSymbolicLink(path, decoy.FullPath + target));

        await RunWeakAsync(bundle, body);

        Assert.That(decoy.Outside(), Is.Not.EqualTo(before), "the checks would see nothing");
    }

    [Test]
    [Category("T3")]
    public async Task A_program_that_makes_what_it_mounts_on_by_name_makes_a_file_on_the_host()
    {
        const string body = """ : >"$root/etc/target" """;
        var made = Machine.Directory.Combine($"made-{Guid.NewGuid():N}");
        var bundle = await WeakBundleAsync(body);
        await ReplaceAsync(bundle, "etc/target", path => File.CreateSymbolicLink(path, made));

        await RunWeakAsync(bundle, body);

        Assert.That(File.Exists(made));
    }

    // It looks first, which is of no use.
    [Test]
    [Category("T2")]
    public async Task A_program_that_looks_at_a_path_and_then_uses_it_is_led_out_by_the_swap()
    {
        const string body = """for i in 1 2 3 4 5 6 7 8 9; do [ -L "$root/etc/place" ] || echo x >"$root/etc/place/file-$i"; done""";
        var decoy = NewDecoy();
        var before = decoy.Content();
        var bundle = await WeakBundleAsync(body);
        var place = Directory.CreateDirectory(Path.Combine(bundle.Directory, "rootfs/etc/place")).FullName;
        var link = Path.Combine(bundle.Directory, "rootfs/etc/swapped");
        File.CreateSymbolicLink(link, decoy.FullPath);
        using var attacker = new SwappingAttacker([(place, link)]);

        var tries = 0;
        while (decoy.Content() == before && tries++ < MostTries)
            await RunWeakAsync(bundle, body);

        Assert.That(tries, Is.LessThan(MostTries), "the attack would find nothing");
    }

    [Test]
    [Category("T7")]
    public async Task A_program_that_opens_a_FIFO_in_the_place_of_the_loaders_file_hangs()
    {
        var hung = Machine.Directory.Combine($"hung-{Guid.NewGuid():N}");
        var body = $"""timeout 1 cat "$root/{Cache}"; [ $? = 124 ] && : >{hung}""";
        var bundle = await WeakBundleAsync(body);
        await ReplaceAsync(bundle, Cache, static path => Command.Of("mkfifo", path).RunAsync().GetAwaiter().GetResult().EnsureSuccess());

        await RunWeakAsync(bundle, body);

        Assert.That(File.Exists(hung));
    }

    private Task<TestHosts.Bundle> WeakBundleAsync(string body) => CreateBundleAsync(new HookRequest
    {
        Edit = spec =>
        {
            if (Verb == HookVerb.Prestart)
                spec["hooks"]![Stage]![0]!["path"] = WeakProgram.Hook(Machine.Directory, body);
        },
    });

    private Task<CommandResult> RunWeakAsync(TestHosts.Bundle bundle, string body)
    {
        var command = Runc("run", "--bundle", bundle.Directory, NewId());
        return (Verb == HookVerb.Prestart ? command : command with { Program = WeakProgram.Runtime(Machine.Directory, body, command.Program) }).RunAsync();
    }
}
