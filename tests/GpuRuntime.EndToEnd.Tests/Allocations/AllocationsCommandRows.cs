using GpuRuntime.EndToEnd.Tests.Limits;
using GpuRuntime.EndToEnd.Tests.Rows;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Allocations;

/// <summary>gpu-runtime allocations: who holds what, with containers of real runc. Each test has a host, and so a ledger, of its own.</summary>
public sealed class AllocationsCommandRows : BundleFixture
{
    private const string LongId = "4f1c0a9be27d5836c1e4f70b92ad8635e0c7b1f2a3d4958677881122aabbccdd";

    [Test]
    public async Task Without_a_container_there_is_a_sentence_and_an_empty_array_and_nothing_is_made()
    {
        await using var machine = TestMachine.Create();

        Assert.That((await AllocationsAsync(machine)).EnsureSuccess().Output, Is.EqualTo("No container holds a GPU.\n"));
        Assert.That((await AllocationsAsync(machine, "--format", "json")).EnsureSuccess().Output, Is.EqualTo("[]\n"));
        Assert.That(Directory.Exists(machine.StateDirectory), Is.False);
    }

    [Test]
    public async Task The_table_has_a_line_for_each_GPU_of_each_container()
    {
        await using var machine = TestMachine.Create();
        await StartAsync(machine, LongId, "NVIDIA_VISIBLE_DEVICES=0,1");
        await StartAsync(machine, "trainer", "GPU_RUNTIME_GPUS=device=3,mode=exclusive");

        var table = LedgerText.Of(await AllocationsAsync(machine));

        var gpus = machine.Host.Gpus;
        Assert.That(table, Is.EqualTo($"""
            CONTAINER     GPU       DEVICE                                    MODE       SINCE                 MEMORY  HELD BY  COMPUTE
            4f1c0a9be27d  nvidia:0  {gpus[0].Uuid}  shared     {LedgerText.Since}  -       -        -
            4f1c0a9be27d  nvidia:1  {gpus[1].Uuid}  shared     {LedgerText.Since}  -       -        -
            trainer       nvidia:3  {gpus[3].Uuid}  exclusive  {LedgerText.Since}  -       -        -

            """));
        await DeleteAsync(machine, LongId, "trainer");
        Assert.That((await AllocationsAsync(machine)).EnsureSuccess().Output, Is.EqualTo("No container holds a GPU.\n"));
    }

    [Test]
    public async Task The_JSON_has_an_object_for_each_container()
    {
        await using var machine = TestMachine.Create();
        await StartAsync(machine, "alone", "GPU_RUNTIME_GPUS=device=3,mode=exclusive");

        var json = LedgerText.Of(await AllocationsAsync(machine, "--format", "json"));

        Assert.That(json, Is.EqualTo($$"""
            [
              {
                "version": 1,
                "container": "alone",
                "runtimeState": "{{Bundles.StateRoot}}/alone",
                "bundle": "{{Machine.Directory.Combine("bundles", "alone")}}",
                "pid": 0,
                "startTime": 0,
                "since": "{{LedgerText.Since}}",
                "mode": "exclusive",
                "gpus": [
                  {
                    "unit": "{{machine.Host.Gpus[3].PciAddress}}",
                    "id": "nvidia:3",
                    "pciAddress": "{{machine.Host.Gpus[3].PciAddress}}",
                    "uuid": "{{machine.Host.Gpus[3].Uuid}}"
                  }
                ]
              }
            ]

            """));
        await DeleteAsync(machine, "alone");
    }

    [Test]
    public async Task A_limit_is_shown_with_what_holds_it_with_a_stand_in_for_the_agent()
    {
        await using var machine = TestMachine.Create();
        StateFiles.ReportMemory(machine, 80L << 30);
        using var agent = AgentStandIn.Start(machine);
        await StartAsync(machine, "small", "GPU_RUNTIME_GPUS=device=2,memory=2GB");

        var table = LedgerText.Of(await AllocationsAsync(machine));

        Assert.That(table, Is.EqualTo($"""
            CONTAINER  GPU       DEVICE                                    MODE    SINCE                 MEMORY    HELD BY   COMPUTE
            small      nvidia:2  {machine.Host.Gpus[2].Uuid}  shared  {LedgerText.Since}  1907 MiB  watchdog  -

            """));
        await DeleteAsync(machine, "small");
    }

    [Test]
    public async Task A_partition_that_is_larger_than_the_limit_holds_it_and_shows_its_own_size()
    {
        await using var machine = TestMachine.Create(ReadyHosts.PartitionedMi300);
        await StartAsync(machine, "partition", "GPU_RUNTIME_GPUS=amd:5,memory=2GiB");

        var line = (await AllocationsAsync(machine)).EnsureSuccess().Lines[1];

        Assert.That(line, Does.StartWith("partition  amd:5  ").And.EndWith("  2048 MiB  hardware (49152 MiB)  -"));
        await DeleteAsync(machine, "partition");
    }

    [Test]
    public async Task An_instance_that_is_larger_than_the_limit_and_shares_of_compute_are_told_of_hand_written_entries()
    {
        await using var machine = TestMachine.Create();
        const string held = "\"memory\":{\"limitBytes\":2147483648,\"enforcedBytes\":10200547328,\"tier\":\"hardware\"},\"compute\":{\"percent\":10,\"enforcedPercent\":14,\"tier\":\"hardware\"}";
        const string advised = "\"compute\":{\"percent\":50,\"tier\":\"advisory\"}";
        HandWrittenEntry.Write(machine, "mig", HandWrittenEntry.Alive, $$"""{"unit":"0000:1b:00.0-gi7-ci0","id":"nvidia:0:1","pciAddress":"0000:1b:00.0",{{held}}},{"unit":"0000:03:00.0","id":"intel:0","pciAddress":"0000:03:00.0",{{advised}}}""");

        var table = LedgerText.Of(await AllocationsAsync(machine));

        Assert.That(table, Is.EqualTo($"""
            CONTAINER  GPU         DEVICE        MODE    SINCE                 MEMORY    HELD BY              COMPUTE
            mig        nvidia:0:1  0000:1b:00.0  shared  {LedgerText.Since}  2048 MiB  hardware (9728 MiB)  10% hardware (14%)
            mig        intel:0     0000:03:00.0  shared  {LedgerText.Since}  -         -                    50% advisory

            """));
    }

    [Test]
    public async Task Ids_that_begin_alike_are_not_shortened()
    {
        await using var machine = TestMachine.Create();
        var other = LongId[..20] + new string('0', 44);
        foreach (var id in (string[])[LongId, other])
            HandWrittenEntry.Write(machine, id, HandWrittenEntry.Alive, """{"unit":"0000:1b:00.0","id":"nvidia:0","pciAddress":"0000:1b:00.0"}""");

        Assert.That((await AllocationsAsync(machine)).EnsureSuccess().Lines[1..].Select(static line => line.Split(' ')[0]), Is.EqualTo((string[])[other, LongId]));
    }

    [Test]
    public async Task What_a_killed_container_held_is_free_and_its_entry_goes()
    {
        await using var machine = TestMachine.Create();
        await StartAsync(machine, "killed", "NVIDIA_VISIBLE_DEVICES=0");
        await KillAsync(machine, "killed");

        Assert.That((await AllocationsAsync(machine)).EnsureSuccess().Output, Is.EqualTo("No container holds a GPU.\n"));
        Assert.That(Directory.GetFiles(Path.Combine(machine.StateDirectory, "allocations"), "*.json"), Is.Empty);
        await DeleteAsync(machine, "killed");
    }

    [Test]
    public async Task A_ledger_that_cannot_be_written_is_shown_all_the_same_without_those_that_are_gone()
    {
        await using var machine = TestMachine.Create();
        HandWrittenEntry.Write(machine, "gone", HandWrittenEntry.Dead, """{"unit":"0000:1b:00.0","id":"nvidia:0","pciAddress":"0000:1b:00.0"}""");
        HandWrittenEntry.Write(machine, "there", HandWrittenEntry.Alive, """{"unit":"0000:1c:00.0","id":"nvidia:1","pciAddress":"0000:1c:00.0"}""");

        var result = await Command.Of(
            "unshare", "--mount", "--propagation", "private", "sh", "-c", """mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@" """, "sh",
            machine.StateDirectory, Programs.GpuRuntime, "allocations", "--config", machine.ConfigPath).RunAsync();

        Assert.That(result.EnsureSuccess().Lines[1..].Select(static line => line.Split(' ')[0]), Is.EqualTo((string[])["there"]));
        Assert.That(result.Error, Does.StartWith($"gpu-runtime: The ledger in {machine.StateDirectory}/allocations cannot be used: ").And.Contain("(EROFS)").And.EndWith("One entry of containers that are gone stays in it until then.\n"));
    }

    [Test]
    public async Task What_is_no_entry_is_named_and_breaks_nothing()
    {
        await using var machine = TestMachine.Create();
        HandWrittenEntry.Write(machine, "there", HandWrittenEntry.Alive, """{"unit":"0000:1c:00.0","id":"nvidia:1","pciAddress":"0000:1c:00.0"}""");
        var directory = StateFiles.Directory(machine, "allocations");
        StateFiles.Directory(machine, "allocations", "a-directory.json");
        await File.WriteAllTextAsync(Path.Combine(directory, "notes.txt"), "");
        await File.WriteAllTextAsync(Path.Combine(directory, "broken.json"), "{");
        await File.WriteAllTextAsync(Path.Combine(directory, "later.json"), """{"version":2}""");

        var result = (await AllocationsAsync(machine)).EnsureSuccess();

        Assert.That(result.Lines, Has.Length.EqualTo(2));
        Assert.That(result.Error, Is.EqualTo(string.Concat(((string[])["a-directory.json", "broken.json", "later.json", "notes.txt"]).Select(name =>
            $"gpu-runtime: {directory}/{name} is no entry of the ledger, and nobody holds anything by it; remove it.\n"))));
    }

    [Test]
    public async Task Whoever_is_not_root_is_told_to_be()
    {
        await using var machine = TestMachine.Create();
        StateFiles.Directory(machine);

        var result = await Command.Of(
            "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", Programs.GpuRuntime, "allocations", "--config", machine.ConfigPath).RunAsync();

        Assert.That(result.ExitCode, Is.EqualTo(1), result.ToString());
        Assert.That(ErrorLine.In(result.Error), Does.EndWith($"The ledger in {machine.StateDirectory} is root's, and says what root's containers hold; run this as root (sudo)."));
    }

    internal static Task<CommandResult> AllocationsAsync(TestMachine machine, params ReadOnlySpan<string> arguments) =>
        Command.Of(Programs.GpuRuntime, ["allocations", .. arguments, "--config", machine.ConfigPath]).RunAsync();

    private async Task StartAsync(TestMachine machine, string id, string variable)
    {
        var name = variable.Split('=', 2);
        var bundle = await Bundles.CreateBundleAsync(id, ContainerRequest.Of(Busybox, "sleep", "1000").With(name[0], name[1]));
        (await Bundles.Runtime(RuntimeNames.GpuRuntime, "run", "--detach", "--bundle", bundle.Directory, id).WithEnvironment(machine.Environment).RunAsync()).EnsureSuccess();
    }

    private async Task KillAsync(TestMachine machine, string id)
    {
        (await Bundles.Runtime(RuntimeNames.GpuRuntime, "kill", id, "KILL").WithEnvironment(machine.Environment).RunAsync()).EnsureSuccess();
        for (var attempt = 0; attempt < 300 && !(await Runc("--root", Bundles.StateRoot, "state", id).RunAsync()).Output.Contains("\"stopped\"", StringComparison.Ordinal); attempt++)
            await Task.Delay(20);
    }

    private async Task DeleteAsync(TestMachine machine, params string[] ids)
    {
        foreach (var id in ids)
        {
            (await Bundles.Runtime(RuntimeNames.GpuRuntime, "delete", "--force", id).WithEnvironment(machine.Environment).RunAsync()).EnsureSuccess();
            Directory.Delete(Machine.Directory.Combine("bundles", id), recursive: true);
        }
    }
}
