using System.Globalization;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Linux.Allocations;

namespace GpuRuntime.Linux.Tests.Allocations;

/// <summary>An entry counts as long as its container is there: its creator works on it, or its first process runs.</summary>
public sealed class LedgerLivenessTests : LedgerFixture
{
    [Test]
    public void A_creator_that_was_killed_holds_nothing()
    {
        var process = Running();
        Reserve("one", "all,mode=exclusive", process);
        Refused("two", "device=0");

        End(process);

        Assert.That(Reserve("two", "device=0,mode=exclusive"), Is.EqualTo("nvidia:0"));
        Assert.That(Held(), Is.EqualTo((string[])["two: nvidia:0"]));
    }

    [Test]
    public void A_later_process_with_the_creators_number_is_not_it()
    {
        var process = Running();
        Reserve("one", "device=0,mode=exclusive", process with { StartTime = process.StartTime - 1 });

        AssertFree(0);
    }

    [Test]
    public void A_process_that_ended_and_waits_for_its_parent_is_gone()
    {
        // The shell's child, whose parent becomes a program that asks for nobody's end.
        using var parent = Command.Start("sh", "-c", "sleep 1000 & echo $!; exec sleep 1000");
        try
        {
            var process = ProcessStat.Of(int.Parse(parent.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture))!;
            Reserve("one", "device=0,mode=exclusive", process);
            Command.Run("kill", "-KILL", $"{process.Pid}");
            SpinWait.SpinUntil(() => File.ReadAllText($"/proc/{process.Pid}/stat").Contains(") Z ", StringComparison.Ordinal));

            AssertFree(0);
        }
        finally
        {
            parent.Kill();
            parent.WaitForExit();
        }
    }

    [TestCase("""{"id":"one","init_process_pid":PID,"init_process_start":START,"created":"2026-01-01T00:00:00Z","config":{"init_process_pid":1}}""", "state.json")]
    [TestCase("""{"ociVersion":"v1.0.2","id":"one","status":"running","pid":PID,"bundle":"/b"}""", "state.json")]
    [TestCase("""{"pid":PID,"process-start-time":START,"cgroup-path":"/x","rootfs":"/r"}""", "status")]
    public void A_container_whose_first_process_runs_keeps_its_GPU(string state, string file)
    {
        var process = Running();
        Reserve("one", "device=0,mode=exclusive", Gone);
        WriteState(file, state, process);
        Assert.That(Refused("two", "device=0"), Does.Contain("container one"));

        End(process);

        AssertFree(0);
    }

    [TestCase("""{"id":"one","init_process_pid":PID,"init_process_start":7}""", "state.json")]
    [TestCase("""{"pid":PID,"process-start-time":7}""", "status")]
    [TestCase("""{"id":"one","init_process_pid":0,"init_process_start":0}""", "state.json")]
    [TestCase("""{"id":"one","init_process_pid":-1}""", "state.json")]
    [TestCase("""{"id":"one","status":"stopped","pid":null}""", "state.json")]
    [TestCase("""{"id":"one","config":{"init_process_pid":PID,"pid":PID}}""", "state.json")]
    [TestCase("""["init_process_pid",PID]""", "state.json")]
    [TestCase("""{"id":"one","init_proc""", "state.json")]
    [TestCase("""{"id":"one","init_process_pid":""", "state.json")]
    [TestCase("", "state.json")]
    [TestCase("not JSON", "state.json")]
    [TestCase("\u0000", "status")]
    public void A_state_that_names_no_process_that_runs_keeps_nothing(string state, string file)
    {
        Reserve("one", "device=0,mode=exclusive", Gone);
        WriteState(file, state, Running());

        AssertFree(0);
    }

    [Test]
    public void A_state_of_which_only_the_beginning_was_written_keeps_the_GPU_where_that_names_the_process()
    {
        Reserve("one", "device=0,mode=exclusive", Gone);
        WriteState("state.json", """{"id":"one","init_process_pid":PID,"init_process_st""", Running());

        Refused("two", "device=0");
    }

    [Test]
    public void A_state_longer_than_what_is_read_of_it_is_understood()
    {
        Reserve("one", "device=0,mode=exclusive", Gone);
        WriteState("state.json", $$"""{"id":"{{new string('x', 1000)}}","init_process_pid":PID,"init_process_start":START,"config":"{{new string('y', 100_000)}}"}""", Running());

        Refused("two", "device=0");
    }

    [TestCase("a directory")]
    [TestCase("a FIFO")]
    [TestCase("a dangling link")]
    [TestCase("a link to itself")]
    public void What_stands_in_the_place_of_a_state_and_is_none_keeps_nothing(string kind)
    {
        Reserve("one", "device=0,mode=exclusive", Gone);
        switch (kind)
        {
            case "a directory":
                Temporary.MakeDirectory("runc/one/state.json");
                break;
            case "a FIFO":
                Temporary.Fifo("runc/one/state.json");
                break;
            case "a dangling link":
                Temporary.Link("runc/one/state.json", "/no/such/file");
                break;
            default:
                Temporary.Link("runc/one/state.json", "state.json");
                break;
        }

        AssertFree(0);
    }

    [Test]
    public void A_hooks_container_lives_as_long_as_its_first_process()
    {
        var process = Running();
        var owner = AllocationOwner.OfHook("one", Temporary.Combine("bundle") + "/");
        Reserve(owner, "device=0,mode=exclusive", process);
        Assert.That(Ledger.Read().Single().RuntimeState, Is.Null);
        Refused("two", "device=0");

        End(process);

        AssertFree(0);
        Assert.That(Ledger.Has(owner), Is.False);
    }

    [Test]
    public void A_sweep_takes_away_what_is_gone_and_nothing_else()
    {
        Reserve("lives", "device=0,1");
        Reserve("gone", "device=1,2", Gone);
        Reserve("also-gone", "device=3,mode=exclusive", Gone);

        Assert.That(Ledger.Sweep().Select(entry => entry.Container), Is.EqualTo((string[])["lives"]));

        Assert.That(Held(), Is.EqualTo((string[])["lives: nvidia:0 nvidia:1"]));
        Assert.That(Enumerable.Range(0, 4).Select(index => HolderNames(index).Length), Is.EqualTo((int[])[1, 1, 0, 0]));
    }

    [Test]
    public void Containers_that_are_gone_go_a_few_at_a_time_while_others_come_and_nobody_is_refused()
    {
        for (var number = 0; number < 40; number++)
            Reserve($"gone{number}", "device=0", Gone);
        var process = Running();
        for (var number = 0; number < 40; number++)
            Reserve($"lives{number}", "device=0", process with { });

        Assert.That(Held().Count(line => line.StartsWith("gone", StringComparison.Ordinal)), Is.LessThan(20));
        Assert.That(Held().Count(line => line.StartsWith("lives", StringComparison.Ordinal)), Is.EqualTo(40));
    }

    [Test]
    public void What_the_low_level_runtime_deleted_is_released_and_what_runs_on_is_not()
    {
        var process = Running();
        Reserve("one", "device=0,mode=exclusive", Gone);
        WriteState("state.json", """{"id":"one","init_process_pid":PID,"init_process_start":START}""", process);
        Ledger.ReleaseDeleted(Owner("one"));
        Assert.That(Held(), Has.Length.EqualTo(1), "runc delete failed: it still runs");

        Directory.Delete(Path.Combine(RuntimeRoot, "one"), recursive: true);
        Ledger.ReleaseDeleted(Owner("one"));

        Assert.That(Held(), Is.Empty);
    }

    // A creator that was killed between its two steps leaves names without an entry; one that comes after it under the same id has others.
    [Test]
    public void What_a_killed_creator_left_costs_a_later_container_of_its_name_nothing([Values('s', 'x')] char mode)
    {
        Reserve("one", "device=0", Gone);
        var left = File.ReadAllBytes(Directory.GetFiles(Path.Combine(Holders, Unit(0))).Single());
        Ledger.Release(Owner("one"));
        Reserve("one", "device=1,mode=exclusive");
        File.WriteAllBytes(Path.Combine(Holders, Unit(0), $"{Owner("one").Key}.{mode}.0"), left);

        Assert.That(Reserve("two", "device=0,mode=exclusive"), Is.EqualTo("nvidia:0"), "nobody holds it");

        Assert.That(Held(), Is.EquivalentTo((string[])["one: nvidia:1", "two: nvidia:0"]));
        Assert.That(Refused("three", "device=1"), Does.Contain("container one"));
        Assert.That(HolderNames(0), Has.Length.EqualTo(1));
    }

    [Test]
    public void Who_shares_a_GPU_with_what_a_killed_creator_left_takes_no_live_entry_away()
    {
        Reserve("one", "device=0", Gone);
        var left = File.ReadAllBytes(Directory.GetFiles(Path.Combine(Holders, Unit(0))).Single());
        Ledger.Release(Owner("one"));
        Reserve("one", "device=1,mode=exclusive");
        File.WriteAllBytes(Path.Combine(Holders, Unit(0), $"{Owner("one").Key}.s.0"), left);

        Reserve("two", "device=0");

        Assert.That(Held(), Is.EquivalentTo((string[])["one: nvidia:1", "two: nvidia:0"]));
        Refused("three", "device=1");
        Assert.That(HolderNames(0), Has.Length.EqualTo(1), "what was left went");
    }

    private void AssertFree(int index) => Assert.That(Reserve("next", $"device={index},mode=exclusive"), Is.EqualTo($"nvidia:{index}"));

    private void WriteState(string file, string text, ProcessIdentity process) =>
        Temporary.Write($"runc/one/{file}", text.Replace("PID", $"{process.Pid}", StringComparison.Ordinal).Replace("START", $"{process.StartTime}", StringComparison.Ordinal));
}
