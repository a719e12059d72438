using System.Text.Json.Nodes;
using GpuRuntime.Security.Tests.Containers;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>What surrounds the hook: shared volumes, SELinux, environments, descriptors, and being called twice.</summary>
[TestFixture(HookVerb.Prestart)]
[TestFixture(HookVerb.Cdi)]
public sealed class HookSurroundingsRows(HookVerb verb) : FakeContainerFixture(verb)
{
    [Test]
    [Category("T25")]
    public async Task A_shared_volume_in_the_place_of_a_directory_of_the_drivers_is_refused()
    {
        var volume = Machine.Directory.CreateSubdirectory("volume");
        var place = Verb == HookVerb.Cdi ? "etc/nvidia/nvidia-application-profiles-rc.d" : "usr/lib/x86_64-linux-gnu";
        var bundle = await CreateBundleAsync(new HookRequest { Capabilities = "utility" });
        await using var container = await StartContainerAsync(bundle, prepare:
            $"mkdir -p \"$root/{place}\"; mount --bind {volume} \"$root/{place}\"; mount --make-shared \"$root/{place}\"");
        var before = await container.SnapshotAsync();

        var sentence = HookSentence.Of(await HookFor(container.StatePath).RunAsync());

        Assert.That(sentence, Does.Contain("GRT4002").And.Contain("shared propagation"));
        Assert.That(Directory.GetFileSystemEntries(volume), Is.Empty);
        Assert.That(await container.SnapshotAsync(), Is.EqualTo(before));
    }

    [Test]
    [Category("T11")]
    public async Task A_context_that_this_kernel_without_SELinux_cannot_give_is_named_in_the_sentence()
    {
        if (Directory.Exists("/sys/fs/selinux"))
            Assert.Ignore("this kernel has SELinux");
        const string label = "system_u:object_r:container_file_t:s0:c1,c2";
        var bundle = await CreateBundleAsync(new HookRequest { Edit = static spec => spec["linux"]!["mountLabel"] = label });
        await using var container = await StartContainerAsync(bundle);
        var before = await container.SnapshotAsync();

        Assert.That(HookSentence.Of(await HookFor(container.StatePath).RunAsync()), Does.Contain(label));
        Assert.That(await container.SnapshotAsync(), Is.EqualTo(before));
    }

    [Test]
    [Category("T6")]
    [Category("Control")]
    public async Task Variables_of_the_caller_and_of_the_image_do_not_reach_the_hook()
    {
        var bundle = await CreateBundleAsync(new HookRequest { Environment = ["LD_PRELOAD=/proc/self/cwd/evil.so", "EVIL=1", "DOTNET_GCHeapHardLimit=1"] });
        await using var container = await StartContainerAsync(bundle);
        var hook = HookFor(container.StatePath);
        foreach (var (name, value) in (IEnumerable<(string, string)>)
        [
            ("LD_PRELOAD", "/evil.so"), ("LD_LIBRARY_PATH", "/evil"), ("DOTNET_GCHeapHardLimit", "1"), ("COMPlus_GCHeapHardLimit", "1"), ("DOTNET_gcServer", "1"),
        ])
            hook = hook.WithEnvironment(name, value);

        // The same knob does keep a program from starting that has no environment of its own.
        var control = await Command.Of(EndToEnd.Tests.Programs.GpuRuntime, "devices").WithEnvironment("DOTNET_GCHeapHardLimit", "1").WithEnvironment("GPU_RUNTIME_CONFIG", Host.ConfigPath).RunAsync();
        (await hook.RunAsync()).EnsureSuccess();

        Assert.That(control.ExitCode, Is.Not.Zero, "the control shows nothing: the runtime does not read the knob");
        await AssertGivenAsync(container);
    }

    [Test]
    [Category("T12")]
    public async Task Nothing_that_the_hook_opened_is_open_in_the_container()
    {
        var bundle = await CreateBundleAsync(HookRequest.Of(HookImage.Busybox, "ls", "/proc/self/fd"));

        var result = await RunAsync(bundle);

        // The fourth is the directory that is listed.
        Assert.That(result.EnsureSuccess().Lines, Is.EqualTo((string[])["0", "1", "2", "3"]));
        Assert.That(RunningHooks(), Is.Empty);
    }

    [Test]
    [Category("T13")]
    public async Task In_the_containers_own_namespace_it_refuses_to_run()
    {
        var bundle = await CreateBundleAsync(new HookRequest
        {
            Stage = "createContainer",
            // So that the program is to be found there at all.
            Edit = spec => spec["mounts"]!.AsArray().Add(new JsonObject { ["destination"] = Hook, ["type"] = "bind", ["source"] = Hook, ["options"] = new JsonArray("bind", "ro") }),
        });

        Assert.That(HookSentence.In(await RunAsync(bundle)), Does.Contain("GRT4007"));
    }

    [TestCase("prestart", "prestart")]
    [TestCase("prestart", "createRuntime")]
    [TestCase("createRuntime", "createRuntime")]
    [Category("T25")]
    public async Task Called_twice_it_gives_everything_once(string first, string second)
    {
        var request = HookRequest.Of(HookImage.Busybox, "cut", "-d", " ", "-f", "5,6", "/proc/self/mountinfo") with { MountsDriver = true };
        var once = await RunAsync(await CreateBundleAsync(request));
        var twice = await RunAsync(await CreateBundleAsync(request with
        {
            Edit = spec =>
            {
                spec["hooks"] = new JsonObject { [first] = new JsonArray(HookEntry()) };
                if (first == second)
                    spec["hooks"]![first]!.AsArray().Add(HookEntry());
                else
                    spec["hooks"]![second] = new JsonArray(HookEntry());
            },
        }));

        Assert.That(once.EnsureSuccess().Lines, Has.Length.GreaterThan(20));
        Assert.That(twice.EnsureSuccess().Lines, Is.EqualTo(once.Lines));
    }
}
