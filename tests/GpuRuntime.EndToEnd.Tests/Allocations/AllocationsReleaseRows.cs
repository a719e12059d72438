using GpuRuntime.EndToEnd.Tests.Rows;

namespace GpuRuntime.EndToEnd.Tests.Allocations;

/// <summary>gpu-runtime allocations release: an admin frees what a container holds.</summary>
public sealed class AllocationsReleaseRows : BundleFixture
{
    private const string Unit = """{"unit":"0000:1b:00.0","id":"nvidia:0","pciAddress":"0000:1b:00.0"},{"unit":"0000:1c:00.0","id":"nvidia:1","pciAddress":"0000:1c:00.0"}""";

    [Test]
    public async Task A_running_container_keeps_its_GPUs_until_it_is_forced()
    {
        await using var machine = TestMachine.Create();
        (await RunAsync(machine, "first", "--detach")).EnsureSuccess();

        var refused = await ReleaseAsync(machine, "first");
        var second = await RunAsync(machine, "second");
        var forced = await ReleaseAsync(machine, "first", "--force");
        var third = await RunAsync(machine, "third");

        Assert.That(refused.ExitCode, Is.EqualTo(1), refused.ToString());
        Assert.That(ErrorLine.In(refused.Error), Is.EqualTo(
            "gpu-runtime: GRT2009: The container first is there and has nvidia:3; end it first, with its engine. With --force others are given its GPUs while it uses them."));
        Assert.That(ErrorLine.In(second.Error), Does.Contain("GRT2009").And.Contain("container first"));
        Assert.That(forced.EnsureSuccess().Output, Is.EqualTo("Released nvidia:3, held by first. The container is still there and goes on using what it has.\n"));
        Assert.That(third.EnsureSuccess().Output, Is.EqualTo("ran\n"));
        (await Bundles.Runtime(RuntimeNames.GpuRuntime, "delete", "--force", "first").WithEnvironment(machine.Environment).RunAsync()).EnsureSuccess();
    }

    [TestCase("trainer")]
    [TestCase("trai")]
    [TestCase("/bundles/trainer")]
    public async Task A_container_that_is_gone_is_released_by_its_id_its_beginning_or_its_bundle(string id)
    {
        await using var machine = TestMachine.Create();
        HandWrittenEntry.Write(machine, "trainer", HandWrittenEntry.Dead, Unit);

        var result = await ReleaseAsync(machine, id);

        Assert.That(result.EnsureSuccess().Output, Is.EqualTo("Released nvidia:0, nvidia:1, held by trainer.\n"));
        Assert.That(ErrorLine.In((await ReleaseAsync(machine, id)).Error), Does.EndWith($"GRT2011: No container called \"{id}\" holds a GPU; none does."));
    }

    [Test]
    public async Task An_id_that_nobody_has_lists_those_that_there_are()
    {
        await using var machine = TestMachine.Create();
        HandWrittenEntry.Write(machine, "trainer", HandWrittenEntry.Alive, Unit);
        HandWrittenEntry.Write(machine, "server", HandWrittenEntry.Alive, Unit);

        foreach (var id in (string[])["raine", "trainers", "\u001b[31m"])
        {
            var result = await ReleaseAsync(machine, id);

            Assert.That(result.ExitCode, Is.EqualTo(1), result.ToString());
            Assert.That(result.Error, Is.EqualTo($"gpu-runtime: GRT2011: No container called \"{id.Replace('\u001b', '?')}\" holds a GPU; those that do: server, trainer.\n"));
        }
    }

    [Test]
    public async Task A_beginning_that_two_have_lists_both_and_releases_neither()
    {
        await using var machine = TestMachine.Create();
        HandWrittenEntry.Write(machine, "trainer-1", HandWrittenEntry.Dead, Unit);
        HandWrittenEntry.Write(machine, "trainer-2", HandWrittenEntry.Dead, Unit);

        var ambiguous = await ReleaseAsync(machine, "train", "--force");

        Assert.That(ErrorLine.In(ambiguous.Error), Does.EndWith("GRT2011: \"train\" is the beginning of 2 containers: trainer-1, trainer-2; write more of the one that is meant."));
        Assert.That((await ReleaseAsync(machine, "trainer-1")).EnsureSuccess().Output, Does.Contain("trainer-1"));
        Assert.That((await ReleaseAsync(machine, "train")).EnsureSuccess().Output, Does.Contain("trainer-2"));
    }

    [Test]
    public async Task An_id_that_is_the_beginning_of_another_means_itself()
    {
        await using var machine = TestMachine.Create();
        HandWrittenEntry.Write(machine, "web", HandWrittenEntry.Dead, Unit);
        HandWrittenEntry.Write(machine, "web-2", HandWrittenEntry.Dead, Unit);

        Assert.That((await ReleaseAsync(machine, "web")).EnsureSuccess().Output, Does.EndWith("held by web.\n"));
    }

    [Test]
    public async Task An_id_is_needed()
    {
        await using var machine = TestMachine.Create();
        HandWrittenEntry.Write(machine, "web", HandWrittenEntry.Dead, Unit);

        Assert.That((await Command.Of(Programs.GpuRuntime, "allocations", "release", "--config", machine.ConfigPath).RunAsync()).ExitCode, Is.EqualTo(1));
        Assert.That(ErrorLine.In((await ReleaseAsync(machine, "")).Error), Does.Contain("GRT2011"));
    }

    private static Task<CommandResult> ReleaseAsync(TestMachine machine, string id, params ReadOnlySpan<string> arguments) =>
        Command.Of(Programs.GpuRuntime, ["allocations", "release", id, .. arguments, "--config", machine.ConfigPath]).RunAsync();

    private async Task<CommandResult> RunAsync(TestMachine machine, string id, params string[] arguments)
    {
        var command = arguments.Length > 0 ? (string[])["sleep", "1000"] : ["echo", "ran"];
        var bundle = await Bundles.CreateBundleAsync(id, ContainerRequest.Of(Busybox, command).With("GPU_RUNTIME_GPUS", "device=3,mode=exclusive"));
        return await Bundles.Runtime(RuntimeNames.GpuRuntime, ["run", .. arguments, "--bundle", bundle.Directory, id]).WithEnvironment(machine.Environment).RunAsync();
    }
}
