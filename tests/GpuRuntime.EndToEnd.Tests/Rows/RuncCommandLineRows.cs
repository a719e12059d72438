namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>Every way to write runc's command line: what runc alone would do, plus the GPU.</summary>
public sealed class RuncCommandLineRows : BundleFixture
{
    // ROOT, LOG, BUNDLE and ID stand for the values of a run. The command starts in the bundle's directory.
    [TestCase("--root ROOT --log LOG --log-format json run --bundle BUNDLE ID")]
    [TestCase("--log-format json --log LOG --root ROOT run --bundle BUNDLE ID")]
    [TestCase("--root=ROOT --log=LOG --log-format=json run --bundle=BUNDLE ID")]
    [TestCase("-root ROOT run -bundle BUNDLE ID")]
    [TestCase("--root ROOT run -b BUNDLE ID")]
    [TestCase("--root ROOT run -b=BUNDLE ID")]
    [TestCase("--root ROOT run ID")]
    [TestCase("--root ROOT run --bundle . ID")]
    [TestCase("--root ROOT run --bundle ../ID ID")]
    [TestCase("--root ROOT run --bundle BUNDLE/ ID")]
    [TestCase("--debug --log LOG --root ROOT run --no-pivot --bundle BUNDLE ID")]
    [TestCase("--root ROOT run --no-new-keyring --pid-file LOG.pid --bundle BUNDLE ID")]
    [TestCase("--root ROOT --rootless auto run --bundle BUNDLE --keep ID")]
    [TestCase("--root ROOT --criu run run --bundle BUNDLE ID")]
    [TestCase("--root ROOT --criu create run --bundle BUNDLE -- ID")]
    public async Task Flags_in_any_form_and_order_start_the_container_with_its_GPU(string line)
    {
        var node = HostNodes.OfGpus(Host, 0).Single();

        var alone = await RunAsync(line, Programs.Engine("runc"), NewId(), node);
        var shim = await RunAsync(line, Programs.GpuRuntime, NewId(), node);

        Assert.Multiple(() =>
        {
            Assert.That(alone.ExitCode, Is.EqualTo(3), alone.ToString());
            Assert.That(shim.ExitCode, Is.EqualTo(3), shim.ToString());
            Assert.That(alone.Lines, Does.Contain($"{node}: {Probe.Absent}"), alone.ToString());
            Assert.That(shim.Lines, Is.EqualTo(alone.Lines.Select(each => each.Replace(Probe.Absent, Probe.Allowed, StringComparison.Ordinal))), shim.ToString());
        });
    }

    [TestCase("create")]
    [TestCase("run")]
    [TestCase("state")]
    [TestCase("--bundle")]
    public async Task A_container_may_be_named_like_a_verb_or_a_flag(string id)
    {
        var node = HostNodes.OfGpus(Host, 0).Single();
        string[] terminator = id.StartsWith('-') ? ["--"] : [];
        var bundle = await CreateBundleAsync(id, "0", BundleEngine.DefaultOptions, [.. Probe.Open(node)]);

        var alone = await Runc(["--root", Bundles.StateRoot, "run", "--bundle", bundle.Directory, .. terminator, id]).RunAsync();
        var shim = await Shim(["--root", Bundles.StateRoot, "run", "--bundle", bundle.Directory, .. terminator, id]).RunAsync();

        Assert.That(shim.ExitCode, Is.EqualTo(alone.ExitCode), shim.ToString());
        if (alone.ExitCode == 0)
            Probe.AssertAllOpen(shim, node);
        else
            Assert.That(shim.Error, Is.EqualTo(alone.Error));
    }

    [Test]
    public async Task Create_and_start_give_the_GPU_as_run_does()
    {
        var node = HostNodes.OfGpus(Host, 0).Single();
        var id = NewId();
        var bundle = await CreateBundleAsync(id, "0", command: ["sleep", "1000"]);
        string[] root = ["--root", Bundles.StateRoot];

        (await Shim([.. root, "create", "--bundle", bundle.Directory, "--pid-file", Path.Combine(bundle.Directory, "pid"), id]).RunAsync()).EnsureSuccess();
        (await Shim([.. root, "start", id]).RunAsync()).EnsureSuccess();
        var opened = await Shim([.. root, "exec", id, .. Probe.Open(node)]).RunAsync();
        (await Shim([.. root, "delete", "--force", id]).RunAsync()).EnsureSuccess();

        Probe.AssertAllOpen(opened, node);
        Assert.That(File.Exists(Path.Combine(bundle.Directory, "pid")), Is.True);
        Assert.That(Directory.Exists(Path.Combine(Bundles.StateRoot, id)), Is.False);
    }

    [Test]
    public async Task A_second_create_of_one_bundle_adds_nothing_twice()
    {
        var bundle = await CreateBundleAsync(NewId(), "0,1", command: ["true"]);
        string[] root = ["--root", Bundles.StateRoot];
        (await Shim([.. root, "run", "--bundle", bundle.Directory, NewId()]).RunAsync()).EnsureSuccess();
        var once = await File.ReadAllTextAsync(bundle.ConfigPath);

        (await Shim([.. root, "run", "--bundle", bundle.Directory, NewId()]).RunAsync()).EnsureSuccess();

        Assert.That(await File.ReadAllTextAsync(bundle.ConfigPath), Is.EqualTo(once));
    }

    [Test]
    public async Task Preserved_descriptors_reach_the_container()
    {
        var id = NewId();
        var node = HostNodes.OfGpus(Host, 0).Single();
        var bundle = await CreateBundleAsync(id, "0", command: ["sh", "-c", $"cat <&3; cat <&4; exec 3<&- 4<&-; /bin/opendev {node}"]);
        var first = Path.Combine(bundle.Directory, "first");
        var second = Path.Combine(bundle.Directory, "second");
        await File.WriteAllTextAsync(first, "one\n");
        await File.WriteAllTextAsync(second, "two\n");

        var result = await Bundles.Complete(Command.Of("sh", "-c", $"exec \"$@\" 3<{first} 4<{second}", "sh",
            Programs.GpuRuntime, "--root", Bundles.StateRoot, "run", "--preserve-fds", "2", "--bundle", bundle.Directory, id)).RunAsync();

        Assert.That(result.EnsureSuccess().Lines, Is.EqualTo((string[])["one", "two", $"{node}: {Probe.Allowed}"]));
    }

    [Test]
    public async Task No_descriptor_of_ours_is_left_in_the_container()
    {
        var command = (string[])["sh", "-c", "ls /proc/self/fd | wc -l"];
        var counts = new List<string>();
        foreach (var program in (string[])[Programs.Engine("runc"), Programs.GpuRuntime])
        {
            var id = NewId();
            var bundle = await CreateBundleAsync(id, "all", command: command);
            var result = await Bundles.Complete(Command.Of(program, "--root", Bundles.StateRoot, "run", "--bundle", bundle.Directory, id)).RunAsync();
            counts.Add(result.EnsureSuccess().Output);
        }

        Assert.That(counts[1], Is.EqualTo(counts[0]));
    }

    [TestCase("run")]
    [TestCase("create --bundle")]
    [TestCase("run --no-such-flag ID")]
    [TestCase("--no-such-flag run ID")]
    [TestCase("create one two three")]
    [TestCase("--log-format no-such-format run ID")]
    public async Task A_line_that_runc_refuses_is_refused_in_runcs_words(string line)
    {
        var bundle = await CreateBundleAsync(NewId(), "0", command: ["true"]);
        var arguments = line.Split(' ');

        var alone = await (Runc(arguments) with { WorkingDirectory = bundle.Directory }).RunAsync();
        var shim = await (Shim(arguments) with { WorkingDirectory = bundle.Directory }).RunAsync();

        Assert.That(shim.ExitCode, Is.EqualTo(alone.ExitCode).And.Not.Zero);
        Assert.That(RuncOutput.Comparable(shim.Output), Is.EqualTo(RuncOutput.Comparable(alone.Output)));
        Assert.That(RuncOutput.Comparable(shim.Error), Is.EqualTo(RuncOutput.Comparable(alone.Error)));
    }

    private async Task<CommandResult> RunAsync(string line, string program, string id, string node)
    {
        var bundle = await CreateBundleAsync(id, "0", BundleEngine.DefaultOptions, "sh", "-c", $"pwd; hostname; id -u; /bin/opendev {node}; exit 3");
        var arguments = line.Split(' ').Select(word => word
            .Replace("ROOT", Bundles.StateRoot, StringComparison.Ordinal)
            .Replace("LOG", Path.Combine(bundle.Directory, "log"), StringComparison.Ordinal)
            .Replace("BUNDLE", bundle.Directory, StringComparison.Ordinal)
            .Replace("ID", id, StringComparison.Ordinal));
        return await (Bundles.Complete(Command.Of(program, [.. arguments])) with { WorkingDirectory = bundle.Directory }).RunAsync();
    }
}
