using System.Diagnostics;
using System.Text.Json.Nodes;
using GpuRuntime.EndToEnd.Tests.Rows;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Allocations;

/// <summary>Who holds which GPU while runc's containers come and go.</summary>
[TestFixture(EngineKind.RuncOnCgroupV1)]
[TestFixture(EngineKind.RuncOnCgroupV2)]
public sealed class BundleAllocationRows(EngineKind kind) : BundleFixture(kind)
{
    private readonly List<string> _created = [];

    private LedgerFiles Ledger => new(Machine.StateDirectory);

    [Test]
    public async Task A_GPU_that_a_container_has_for_itself_is_refused_to_others_and_the_sentence_names_both()
    {
        var holder = await CreateAsync("device=0,mode=exclusive");

        var refused = await TryCreateAsync(NewId(), "device=0");
        var other = await TryCreateAsync(NewId(), "device=1");

        Assert.That(refused.ExitCode, Is.EqualTo(1), refused.ToString());
        Assert.That(ErrorLine.In(refused.Error), Does.Contain("GRT2009").And.Contain("nvidia:0").And.Contain(holder));
        Assert.That(other.ExitCode, Is.Zero, other.ToString());
    }

    [Test]
    public async Task A_GPU_that_is_shared_is_refused_to_one_alone()
    {
        var holder = await CreateAsync("device=0");

        var refused = await TryCreateAsync(NewId(), "device=0,mode=exclusive");
        var shared = await TryCreateAsync(NewId(), "device=0");

        Assert.That(ErrorLine.In(refused.Error), Does.Contain("GRT2009").And.Contain("nvidia:0").And.Contain(holder));
        Assert.That(shared.ExitCode, Is.Zero, shared.ToString());
    }

    [Test]
    public async Task A_container_that_is_refused_holds_nothing_and_its_bundle_is_as_it_was()
    {
        await CreateAsync("device=0,mode=exclusive");
        var id = NewId();
        var bundle = await BundleAsync(id, "device=0,1");
        var before = BundleSnapshot.Of(bundle);

        var refused = await Bundles.Runtime(RuntimeNames.GpuRuntime, "create", "--bundle", bundle.Directory, id).RunAsync();

        Assert.That(refused.ExitCode, Is.EqualTo(1), refused.ToString());
        Assert.That(BundleSnapshot.Of(bundle), Is.EqualTo(before));
        Assert.That(Ledger.HeldBy(id), Is.Empty);
        await CreateAsync("device=1,mode=exclusive");
    }

    [Test]
    public async Task A_container_that_is_deleted_leaves_nothing([Values] bool force)
    {
        var id = await CreateAsync("all,mode=exclusive");
        Assert.That(Ledger.HeldBy(id), Has.Length.EqualTo(8));
        if (!force)
        {
            (await Verb("kill", id, "KILL").RunAsync()).EnsureSuccess();
            await UntilStoppedAsync(id);
        }

        (await Verb(["delete", .. force ? (string[])["--force"] : [], id]).RunAsync()).EnsureSuccess();

        Assert.That(Ledger.Left(), Is.Empty);
        await CreateAsync("all,mode=exclusive");
    }

    [Test]
    public async Task A_container_whose_program_has_ended_holds_nothing_though_it_is_not_deleted()
    {
        var id = await CreateAsync("all,mode=exclusive");
        (await Verb("kill", id, "KILL").RunAsync()).EnsureSuccess();
        await UntilStoppedAsync(id);

        await CreateAsync("all,mode=exclusive");
    }

    [Test]
    public async Task A_delete_that_runc_refuses_releases_nothing()
    {
        var id = await CreateAsync("device=0,mode=exclusive");
        (await Verb("start", id).RunAsync()).EnsureSuccess();

        var result = await Verb("delete", id).RunAsync();

        Assert.That(result.ExitCode, Is.Not.Zero, result.ToString());
        Assert.That((await TryCreateAsync(NewId(), "device=0")).ExitCode, Is.EqualTo(1));
    }

    [Test]
    public async Task A_run_that_ends_leaves_nothing_that_keeps_others_out()
    {
        var id = NewId();
        var bundle = await BundleAsync(id, "all,mode=exclusive", "true");

        (await Bundles.Runtime(RuntimeNames.GpuRuntime, "run", "--bundle", bundle.Directory, id).RunAsync()).EnsureSuccess();

        await CreateAsync("all,mode=exclusive");
        Assert.That(Ledger.HeldBy(id), Is.Empty);
    }

    [TestCase("no-such-program")]
    [TestCase("/etc")]
    public async Task A_create_that_runc_fails_holds_nothing(string program)
    {
        var id = NewId();
        var bundle = await BundleAsync(id, "all,mode=exclusive", program);

        var failed = await Bundles.Runtime(RuntimeNames.GpuRuntime, "run", "--bundle", bundle.Directory, id).RunAsync();

        Assert.That(failed.ExitCode, Is.Not.Zero, failed.ToString());
        await CreateAsync("all,mode=exclusive");
    }

    [Test]
    public async Task Without_a_low_level_runtime_nothing_is_held([Values("none", "one that the kernel does not execute")] string which)
    {
        var runtime = Machine.Directory.Combine("not-a-runtime");
        await File.WriteAllTextAsync(runtime, "neither a program nor a script\n");
        File.SetUnixFileMode(runtime, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var configuration = Machine.WriteConfiguration("without-runtime.json", json => json["lowLevelRuntimes"] = new JsonArray(which == "none" ? "/no/such/runtime" : runtime));
        var id = NewId();
        var bundle = await BundleAsync(id, "all,mode=exclusive");

        var failed = await Bundles.Runtime(RuntimeNames.GpuRuntime, "create", "--bundle", bundle.Directory, id).WithEnvironment("GPU_RUNTIME_CONFIG", configuration).RunAsync();

        Assert.That(ErrorLine.In(failed.Error), Does.Contain(which == "none" ? "GRT1201" : "GRT1202"));
        Assert.That(Ledger.Left(), Is.Empty);
    }

    [Test]
    public async Task A_root_filesystem_that_cannot_be_prepared_holds_nothing()
    {
        var id = NewId();
        var bundle = await BundleAsync(id, "all,mode=exclusive");
        Directory.Delete(Path.Combine(bundle.Directory, "rootfs"), recursive: true);

        var failed = await Bundles.Runtime(RuntimeNames.GpuRuntime, "create", "--bundle", bundle.Directory, id).RunAsync();

        Assert.That(ErrorLine.In(failed.Error), Does.Contain("GRT4001"));
        Assert.That(Ledger.Left(), Is.Empty);
    }

    [Test]
    public async Task A_create_that_is_killed_holds_nothing_from_then_on()
    {
        // It becomes a low-level runtime that never ends by itself: the create is on its way when it is killed.
        var script = RuntimeScript.Write(Machine.Directory.Combine("waiting-runtime"), $"#!/bin/sh\n: >{Machine.Directory.Combine("waits")}\nexec sleep 1000\n");
        var configuration = Machine.WriteConfiguration("waiting.json", json => json["lowLevelRuntimes"] = new JsonArray(script));
        var id = NewId();
        var bundle = await BundleAsync(id, "device=0,mode=exclusive");
        using var create = Bundles.Runtime(RuntimeNames.GpuRuntime, "create", "--bundle", bundle.Directory, id).WithEnvironment("GPU_RUNTIME_CONFIG", configuration)
            .Start(Machine.Directory.Combine("killed-create"));
        try
        {
            await UntilAsync(() => File.Exists(Machine.Directory.Combine("waits")));
            Assert.That(ErrorLine.In((await TryCreateAsync(NewId(), "device=0")).Error), Does.Contain(id));
        }
        finally
        {
            create.Kill();
            await create.WaitForExitAsync();
        }

        await CreateAsync("device=0,mode=exclusive");
    }

    [Test]
    public async Task A_number_of_GPUs_takes_those_that_are_free()
    {
        await CreateAsync("device=0-4,mode=exclusive");
        var three = await CreateAsync("3,mode=exclusive");

        var fourth = await TryCreateAsync(NewId(), "1");

        Assert.That(Ledger.HeldBy(three), Is.EqualTo((string[])["nvidia:5", "nvidia:6", "nvidia:7"]));
        Assert.That(ErrorLine.In(fourth.Error), Does.Contain("GRT2009").And.Contain("0 of 8 can be had now"));
    }

    [Test]
    public async Task Numbers_of_shared_GPUs_spread_over_all()
    {
        var ids = new List<string>();
        for (var container = 0; container < 4; container++)
            ids.Add(await CreateAsync("2"));

        Assert.That(ids.SelectMany(id => Ledger.HeldBy(id)), Is.Unique);
    }

    [Test]
    public async Task So_many_containers_share_a_GPU_as_the_configuration_allows()
    {
        var configuration = Machine.WriteConfiguration("most.json", static json => json["allocation"] = new JsonObject { ["maxHolders"] = 2 });
        await CreateAsync("device=0");
        var second = NewId();

        var allowed = await TryCreateAsync(second, "device=0", configuration);
        var refused = await TryCreateAsync(NewId(), "device=0", configuration);
        (await Verb("delete", "--force", second).RunAsync()).EnsureSuccess();
        var again = await TryCreateAsync(NewId(), "device=0", configuration);

        Assert.That(allowed.ExitCode, Is.Zero, allowed.ToString());
        Assert.That(ErrorLine.In(refused.Error), Does.Contain("GRT2009").And.Contain("allocation.maxHolders"));
        Assert.That(again.ExitCode, Is.Zero, again.ToString());
    }

    [Test]
    public async Task A_GPU_by_its_CDI_name_of_ours_is_held_too()
    {
        var holder = NewId();
        var given = await TryCreateAsync(await CreateBundleAsync(holder, "nvidia.com/gpu=3", BundleEngine.DefaultOptions, "sleep", "1000"), holder);

        Assert.That(given.ExitCode, Is.Zero, given.ToString());
        Assert.That(Ledger.HeldBy(holder), Is.EqualTo((string[])["nvidia:3"]));
        Assert.That(ErrorLine.In((await TryCreateAsync(NewId(), "device=3,mode=exclusive")).Error), Does.Contain(holder));
    }

    [Test]
    public async Task An_annotation_says_the_mode_for_what_a_variable_names()
    {
        var holder = NewId();
        var options = BundleEngine.DefaultOptions with { Annotations = System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("gpu-runtime.io/mode", "exclusive") };
        var given = await TryCreateAsync(await CreateBundleAsync(holder, "4", options, "sleep", "1000"), holder);

        Assert.That(given.ExitCode, Is.Zero, given.ToString());
        Assert.That(ErrorLine.In((await TryCreateAsync(NewId(), "device=4")).Error), Does.Contain(holder));
    }

    [Test]
    public async Task A_container_of_the_same_id_in_another_root_is_another_container()
    {
        var id = await CreateAsync("device=0,mode=exclusive");
        var bundle = await BundleAsync(NewId(), "device=1,mode=exclusive");
        var root = Machine.Directory.CreateSubdirectory("other-root");
        (await Shim("--root", root, "create", "--bundle", bundle.Directory, id).RunAsync()).EnsureSuccess();

        (await Shim("--root", root, "delete", "--force", id).RunAsync()).EnsureSuccess();

        Assert.That(Ledger.HeldBy(id), Is.EqualTo((string[])["nvidia:0"]));
    }

    [Test]
    public async Task A_second_create_of_an_id_that_lives_is_refused_and_the_first_keeps_its_GPU()
    {
        var id = await CreateAsync("device=0,mode=exclusive");

        var again = await TryCreateAsync(await BundleAsync(NewId(), "device=1"), id);

        Assert.That(ErrorLine.In(again.Error), Does.Contain("GRT2009").And.Contain(id).And.Contain("delete it first"));
        Assert.That(Ledger.HeldBy(id), Is.EqualTo((string[])["nvidia:0"]));
    }

    [TearDown]
    public async Task DeleteContainersAsync()
    {
        foreach (var id in _created)
            await Verb("delete", "--force", id).RunAsync();
        _created.Clear();
        // What some tests leave on purpose is the next sweep's; each test begins with nothing held.
        if (Directory.Exists(Machine.StateDirectory))
            Directory.Delete(Machine.StateDirectory, recursive: true);
    }

    private Command Verb(params ReadOnlySpan<string> arguments) => Bundles.Runtime(RuntimeNames.GpuRuntime, arguments);

    private Task<Bundle> BundleAsync(string id, string request, string program = "sleep") =>
        Bundles.CreateBundleAsync(id, ContainerRequest.Of(Busybox, program == "sleep" ? ["sleep", "1000"] : [program]).With("GPU_RUNTIME_GPUS", request));

    private async Task<string> CreateAsync(string request)
    {
        var id = NewId();
        (await TryCreateAsync(id, request)).EnsureSuccess();
        return id;
    }

    private async Task<CommandResult> TryCreateAsync(string id, string request, string? configuration = null) => await TryCreateAsync(await BundleAsync(id, request), id, configuration);

    private async Task<CommandResult> TryCreateAsync(Bundle bundle, string id, string? configuration = null)
    {
        var command = Verb("create", "--bundle", bundle.Directory, id);
        var result = await (configuration is null ? command : command.WithEnvironment("GPU_RUNTIME_CONFIG", configuration)).RunAsync();
        if (result.ExitCode == 0)
            _created.Add(id);
        return result;
    }

    private Task UntilStoppedAsync(string id) => UntilAsync(async () => (await Runc("--root", Bundles.StateRoot, "state", id).RunAsync()).Output.Contains("stopped", StringComparison.Ordinal));

    private static Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var clock = Stopwatch.StartNew(); !await condition();)
        {
            Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(30)), "it does not come");
            await Task.Delay(20);
        }
    }
}
