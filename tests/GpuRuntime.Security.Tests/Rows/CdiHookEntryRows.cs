using System.Text.Json.Nodes;
using GpuRuntime.Security.Tests.Containers;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>The hook as generated specifications call it: what it is started with, and what it does when somebody has edited that.</summary>
public sealed class CdiHookEntryRows : ThreeVendorHookFixture
{
    [Test]
    [Category("T24")]
    public void Every_hook_runs_our_own_program_from_the_host_with_an_environment_and_a_time_limit()
    {
        var hooks = Specifications.SelectMany(static specification => specification.Hooks).ToList();

        Assert.That(hooks, Has.Count.EqualTo(Vendors.Length));
        Assert.Multiple(() =>
        {
            foreach (var hook in hooks)
            {
                Assert.That((string?)hook["hookName"], Is.EqualTo("createRuntime"));
                Assert.That((string?)hook["path"], Is.EqualTo(Hook));
                Assert.That(hook["env"]!.AsArray(), Is.Not.Empty);
                Assert.That((int?)hook["timeout"], Is.Positive);
            }
        });
    }

    // A hook without an environment of its own gets the image's, LD_PRELOAD too, at the stage that runs in the container's namespaces.
    [Test]
    [Category("T6")]
    [Category("Control")]
    public async Task The_image_chooses_no_variable_of_the_hook_at_any_stage([Values("prestart", "createRuntime", "createContainer")] string stage)
    {
        var seen = Machine.Directory.Combine($"environment-{stage}");
        var entry = Specifications[0].Hook;
        var control = entry.DeepClone().AsObject();
        control.Remove("env");
        foreach (var (hook, name) in (IEnumerable<(JsonObject, string)>)[(entry, seen), (control, $"{seen}-control")])
        {
            // What the hook would be started with: a static program in its place says so.
            hook["path"] = Path.Combine(Image, "busybox");
            hook["args"] = new JsonArray("sh", "-c", $"{Path.Combine(Image, "busybox")} env >{name}");
        }

        (await RunAsync(await CreateBundleAsync(new HookRequest
        {
            Command = [HookImage.Busybox, "true"],
            Environment = ["LD_PRELOAD=/proc/self/cwd/evil.so", "EVIL=1", "DOTNET_GCHeapHardLimit=1", "GPU_RUNTIME_CONFIG=/evil.json"],
            Edit = spec => spec["hooks"] = new JsonObject { [stage] = new JsonArray(entry, control) },
        }))).EnsureSuccess();

        Assert.That(Seen(seen), Is.EqualTo(Specifications[0].Hook["env"]!.AsArray().Select(static variable => (string?)variable)));
        Assert.That(Seen($"{seen}-control").Contains("EVIL=1"), Is.EqualTo(stage == "createContainer"), "the control shows nothing");

        // Without what the shell adds.
        static string[] Seen(string file) => [.. File.ReadAllLines(file).Where(static line => line.Split('=')[0] is not ("PATH" or "PWD" or "OLDPWD" or "SHLVL"))];
    }

    [TestCase("--colour=red")]
    [TestCase("--library=x64:libcuda.so.1")]
    [TestCase("--library=vax:libcuda.so.1=/usr/lib/libcuda.so.1")]
    [TestCase("--link=/usr/lib/libcuda.so=")]
    [TestCase("--cuda-compat=/usr/local/cuda/compat=new")]
    [TestCase("/usr/lib/libcuda.so")]
    [TestCase("")]
    [TestCase("--link\nGRT0000: forged")]
    [Category("T15")]
    public async Task An_argument_that_nobody_generated_refuses_the_start_and_says_how_to_mend_it(string argument)
    {
        var bundle = await CreateBundleAsync(new HookRequest { Edit = spec => spec["hooks"]![Stage]![0]!["args"]!.AsArray().Add(argument) });
        var before = await TreeListing.OfAsync(Path.Combine(bundle.Directory, "rootfs"));

        var result = await RunAsync(bundle);

        Assert.That(HookSentence.In(result), Does.Contain("GRT4005").And.Contain("gpu-runtime cdi generate").And.Contain("anew"));
        Assert.That(await TreeListing.OfAsync(Path.Combine(bundle.Directory, "rootfs")), Is.EqualTo(before));
    }

    // Files of the host that an edited specification may name: nothing of them is waited for, nor read without end.
    [TestCase("--mask-nvidia-params=/dev/zero")]
    [TestCase("--mask-nvidia-params=FIFO")]
    [TestCase("--mask-nvidia-params=/")]
    [TestCase("--link=/../../../../../../made-by-the-hook=x")]
    [TestCase("--link=/dev/../../../../../made-by-the-hook=x")]
    [Category("T1")]
    public async Task An_argument_that_names_what_it_should_not_hangs_nothing_and_leads_nowhere_outside(string argument)
    {
        var fifo = Machine.Directory.Combine($"fifo-{Guid.NewGuid():N}");
        (await Command.Of("mkfifo", fifo).RunAsync()).EnsureSuccess();
        var decoy = NewDecoy();
        var before = decoy.Outside();
        var bundle = await CreateBundleAsync(new HookRequest
        {
            Edit = spec => spec["hooks"]![Stage]![0]!["args"]!.AsArray().Add(argument.Replace("FIFO", fifo, StringComparison.Ordinal)),
        });

        var result = await RunAsync(bundle);

        Assert.That(decoy.Outside(), Is.EqualTo(before));
        if (result.ExitCode != 0)
            Assert.That(HookSentence.In(result), Does.Match("GRT40(01|02|05)"));
        else
            Assert.That(result.Output, Does.Contain("/nothing: ENOENT"));
    }
}
