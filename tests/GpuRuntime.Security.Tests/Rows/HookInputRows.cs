using System.Text.Json.Nodes;
using GpuRuntime.Security.Tests.Containers;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>What a hook may get on standard input, from a runtime or from anybody: one sentence, status 1, and it does not wait for more.</summary>
[TestFixture(HookVerb.Prestart)]
[TestFixture(HookVerb.Cdi)]
[Category("T17")]
[Category("T18")]
public sealed class HookInputRows(HookVerb verb) : FakeContainerFixture(verb)
{
    private const string Invalid = "GRT4006";
    private const string NotTheContainers = "GRT4007";

    [TestCase("")]
    [TestCase("\n")]
    [TestCase("garbage")]
    [TestCase("{")]
    [TestCase("[]")]
    [TestCase("null")]
    [TestCase("{}")]
    [TestCase("""{"pid":1""")]
    [TestCase("""{"pid":2,"bundle":"/"}{"pid":2,"bundle":"/"}""")]
    [TestCase("""{"pid":2,"pid":3,"bundle":"/"}""")]
    [TestCase("""{"bundle":"/"}""")]
    [TestCase("""{"pid":0,"bundle":"/"}""")]
    [TestCase("""{"pid":-1,"bundle":"/"}""")]
    [TestCase("""{"pid":4294967297,"bundle":"/"}""")]
    [TestCase("""{"pid":1.5,"bundle":"/"}""")]
    [TestCase("""{"pid":"1","bundle":"/"}""")]
    [TestCase("""{"pid":"self","bundle":"/"}""")]
    [TestCase("""{"pid":"../1","bundle":"/"}""")]
    [TestCase("""{"pid":2}""")]
    [TestCase("""{"pid":2,"bundle":""}""")]
    [TestCase("""{"pid":2,"bundle":"relative"}""")]
    [TestCase("""{"pid":2,"bundle":"../relative"}""")]
    [TestCase("""{"pid":2,"bundle":7}""")]
    [TestCase("""{"pid":2,"bundle":"/tmp\u0000/x"}""")]
    [TestCase("""{"pid":2,"bundlePath":"relative"}""")]
    [TestCase("\uFFFD\uFFFE\u0000\u0001")]
    public async Task A_state_that_names_no_container_ends_in_a_sentence(string state)
    {
        var result = await HookFor(await StateAsync(state)).RunAsync();

        Assert.That(HookSentence.Of(result), Does.Contain(Invalid));
    }

    [Test]
    public async Task Random_bytes_end_in_a_sentence([Range(1, 20)] int seed)
    {
        var random = new Random(seed);
        var bytes = new byte[random.Next(1, 5000)];
        random.NextBytes(bytes);
        var path = Machine.Directory.Combine($"random-{seed}");
        await File.WriteAllBytesAsync(path, bytes);

        Assert.That(HookSentence.Of(await HookFor(path).RunAsync()), Does.Contain(Invalid));
    }

    [Test]
    public async Task Deep_nesting_ends_in_a_sentence() =>
        Assert.That(HookSentence.Of(await HookFor(await StateAsync(new string('[', 1_000_000))).RunAsync()), Does.Contain(Invalid));

    [TestCase("""head -c 100M /dev/zero 2>/dev/null | "$@" """)]
    [TestCase("""{ printf '{"pid":2,"bundle":"/'; head -c 100M /dev/zero | tr '\\0' x; printf '"}'; } 2>/dev/null | "$@" """)]
    [TestCase("""yes 2>/dev/null | "$@" """)]
    [TestCase("""exec "$@" </dev/zero""")]
    public async Task A_hundred_megabytes_and_more_end_in_a_sentence_that_says_how_much_is_read(string script) =>
        Assert.That(HookSentence.Of(await ShellAsync(script)), Does.Contain(Invalid).And.Contain("1 MiB"));

    [Test]
    public async Task A_file_of_a_hundred_megabytes_ends_in_a_sentence()
    {
        var path = Machine.Directory.Combine("large-state");
        (await Command.Of("truncate", "--size", "100M", path).RunAsync()).EnsureSuccess();

        Assert.That(HookSentence.Of(await HookFor(path).RunAsync()), Does.Contain(Invalid).And.Contain("1 MiB"));
    }

    [TestCase("""exec "$@" <&-""")]
    [TestCase("""exec "$@" </""")]
    [TestCase("""exec "$@" </dev/null""")]
    [TestCase("""exec "$@" 0>/dev/null""")]
    [TestCase("""exec "$@" <&- 3<&-""")]
    public async Task A_standard_input_that_gives_nothing_ends_in_a_sentence(string script) =>
        Assert.That(HookSentence.Of(await ShellAsync(script)), Does.Contain(Invalid));

    [Test]
    [Category("T23")]
    public async Task A_container_whose_process_is_gone_ends_in_a_sentence()
    {
        var container = await StartContainerAsync(new HookRequest());
        await container.DisposeAsync();

        Assert.That(HookSentence.Of(await HookFor(container.StatePath).RunAsync()), Does.Contain(NotTheContainers).And.Contain($"{container.Pid}"));
    }

    [Test]
    [Category("T23")]
    public async Task A_process_that_has_ended_and_was_not_waited_for_is_gone_too()
    {
        var bundle = await CreateBundleAsync(new HookRequest());
        using var output = new OutputFiles();
        // The shell becomes sleep, which waits for no child; the child ends when it has, lest the shell waits for it after all.
        using var parent = Command.Of("sh", "-c", "sh -c 'until grep -qx sleep /proc/$PPID/comm; do :; done' & echo $!; exec sleep 1000").Start(output.Prefix);
        try
        {
            while (!output.Output.EndsWith('\n'))
                await Task.Delay(2);
            var pid = int.Parse(output.Output, System.Globalization.CultureInfo.InvariantCulture);
            while (!(await File.ReadAllTextAsync($"/proc/{pid}/stat")).Contains(") Z ", StringComparison.Ordinal))
                await Task.Delay(2);

            var result = await HookFor(await StateAsync(FakeContainer.State(pid, bundle.Directory))).RunAsync();

            Assert.That(HookSentence.Of(result), Does.Contain(NotTheContainers));
        }
        finally
        {
            parent.Kill();
        }
    }

    [Test]
    public async Task Processes_of_the_machines_own_mount_namespace_are_refused_and_nothing_is_mounted([Values("1", "the test's own")] string which)
    {
        var bundle = await CreateBundleAsync(new HookRequest());
        var (mounts, files) = (HostMountTable(), await TreeListing.OfAsync(bundle.Directory));
        var pid = which == "1" ? 1 : Environment.ProcessId;

        var result = await HookFor(await StateAsync(FakeContainer.State(pid, bundle.Directory))).RunAsync();

        Assert.That(HookSentence.Of(result), Does.Contain(NotTheContainers).And.Contain("mount namespace"));
        Assert.That(HostMountTable(), Is.EqualTo(mounts));
        Assert.That(await TreeListing.OfAsync(bundle.Directory), Is.EqualTo(files));
    }

    [Test]
    public async Task Another_running_container_gets_nothing_of_this_ones_devices()
    {
        var other = await CreateBundleAsync(HookRequest.Of(HookImage.Busybox, "sleep", "1000") with { Edit = static spec => spec.Remove("hooks") });
        var (id, output) = (NewId(), Machine.Directory.Combine("other-container"));
        (await Runc("run", "--detach", "--pid-file", $"{output}.pid", "--bundle", other.Directory, id).RunAsync()).EnsureSuccess();

        await AssertRefusedForAsync(int.Parse(await File.ReadAllTextAsync($"{output}.pid"), System.Globalization.CultureInfo.InvariantCulture), id);
    }

    // Its root is still the machine's, in a mount namespace in which only its own root filesystem has a procfs.
    [Test]
    public async Task Another_container_that_is_created_and_not_started_gets_nothing_of_this_ones_devices()
    {
        var other = await CreateBundleAsync(HookRequest.Of(HookImage.Busybox, "sleep", "1000") with { Edit = static spec => spec.Remove("hooks") });
        var (id, output) = (NewId(), Machine.Directory.Combine("created-container"));
        (await Runc("create", "--pid-file", $"{output}.pid", "--bundle", other.Directory, id).RunAsync()).EnsureSuccess();

        await AssertRefusedForAsync(int.Parse(await File.ReadAllTextAsync($"{output}.pid"), System.Globalization.CultureInfo.InvariantCulture), id);
    }

    [Test]
    public async Task Another_container_before_it_pivots_gets_nothing_of_this_ones_devices()
    {
        await using var other = await StartContainerAsync(new HookRequest());

        await AssertRefusedForAsync(other.Pid, null);
    }

    [Test]
    public async Task A_bundle_that_is_missing_ends_in_a_sentence()
    {
        await using var container = await StartContainerAsync(new HookRequest());

        var result = await HookFor(await StateAsync(FakeContainer.State(container.Pid, "/no/such/bundle"))).RunAsync();

        Assert.That(HookSentence.Of(result), Does.Contain("GRT1301").And.Contain("/no/such/bundle"));
    }

    [Test]
    public async Task The_member_that_old_runtimes_name_the_bundle_by_is_taken()
    {
        await using var container = await StartContainerAsync(new HookRequest());
        var state = FakeContainer.State(container.Pid, container.Bundle.Directory);
        state.Remove("bundle");
        state["bundlePath"] = container.Bundle.Directory;

        (await HookFor(await StateAsync(state)).RunAsync()).EnsureSuccess();

        await AssertGivenAsync(container);
    }

    [TestCase("a FIFO", "GRT1302")]
    [TestCase("a link", "GRT1302")]
    [TestCase("a link to nowhere", "GRT1302")]
    [TestCase("a directory", "GRT1302")]
    [TestCase("a device", "GRT1302")]
    [TestCase("nothing", "GRT1302")]
    [TestCase("garbage", "GRT1304")]
    [TestCase("an empty file", "GRT1304")]
    [TestCase("200 MB", "GRT1303")]
    public async Task A_configuration_that_is_none_ends_in_a_sentence_and_changes_nothing(string kind, string code)
    {
        await using var container = await StartContainerAsync(new HookRequest());
        var before = await container.SnapshotAsync();
        var config = container.Bundle.ConfigPath;
        File.Move(config, $"{config}.good");
        (await Command.Of("sh", "-c", kind switch
        {
            "a FIFO" => "mkfifo $0",
            "a link" => "ln -s $0.good $0",
            "a link to nowhere" => "ln -s /nowhere $0",
            "a directory" => "mkdir $0",
            "a device" => "mknod $0 c 1 5",
            "garbage" => "head -c 1000 /dev/urandom >$0",
            "an empty file" => ": >$0",
            "200 MB" => "truncate --size 200M $0",
            _ => ":",
        }, config).RunAsync()).EnsureSuccess();

        var result = await HookFor(container.StatePath).RunAsync();

        Assert.That(HookSentence.Of(result), Does.Contain(code));
        Assert.That(await container.SnapshotAsync(), Is.EqualTo(before));
    }

    [TestCase("""{"readonly":false}""", "root.path")]
    [TestCase("""{"path":""}""", "root.path")]
    [TestCase("""{"path":7}""", "root.path")]
    [TestCase("7", "root.path")]
    [TestCase("""{"path":"/no/such/root"}""", "/no/such/root")]
    [TestCase("""{"path":"config.json"}""", "config.json")]
    [TestCase("""{"path":"rootfs\u0000/../../.."}""", "root")]
    [TestCase("""{"path":"rootfs/.."}""", "procfs")]
    public async Task A_root_that_is_not_the_containers_ends_in_a_sentence_and_changes_nothing(string root, string named)
    {
        await using var container = await StartContainerAsync(new HookRequest());
        var (before, mounts) = (await container.SnapshotAsync(), HostMountTable());
        var spec = container.Bundle.ReadConfig();
        spec["root"] = JsonNode.Parse(root);
        container.Bundle.WriteConfig(spec);

        var result = await HookFor(container.StatePath).RunAsync();

        Assert.That(HookSentence.Of(result), Does.Contain(named));
        Assert.That(await container.SnapshotAsync(), Is.EqualTo(before));
        Assert.That(HostMountTable(), Is.EqualTo(mounts));
    }

    private async Task AssertRefusedForAsync(int pid, string? running)
    {
        await using var own = await StartContainerAsync(new HookRequest());
        var before = (await own.SnapshotAsync(), await MountsAsync(), HostMountTable());

        var result = await HookFor(await StateAsync(FakeContainer.State(pid, own.Bundle.Directory))).RunAsync();

        Assert.That(HookSentence.Of(result), Does.Contain(NotTheContainers).Or.Contain("GRT4001"));
        Assert.That((await own.SnapshotAsync(), await MountsAsync(), HostMountTable()), Is.EqualTo(before));
        if (running is not null)
            (await Runc("delete", "--force", running).RunAsync()).EnsureSuccess();

        async Task<string> MountsAsync() => HostMounts.Own(await File.ReadAllTextAsync($"/proc/{pid}/mountinfo"), Machine.Directory.Name());
    }

    private Task<string> StateAsync(JsonObject state) => StateAsync(state.ToJsonString());

    private async Task<string> StateAsync(string state)
    {
        var path = Machine.Directory.Combine($"state-{Guid.NewGuid():N}");
        await File.WriteAllTextAsync(path, state);
        return path;
    }

    private Task<CommandResult> ShellAsync(string script)
    {
        var hook = HookFor("/dev/null");
        return (hook with { Program = "sh", Arguments = ["-c", script, "sh", hook.Program, .. hook.Arguments] }).RunAsync();
    }
}
