using GpuRuntime.Core.Allocation;
using GpuRuntime.Linux.Allocations;

namespace GpuRuntime.Linux.Tests.Allocations;

/// <summary>From an entry in the ledger to the container's first process and its cgroup, by what low-level runtimes write down.</summary>
public sealed class StartedContainerTests : DirectoryFixture
{
    private static ProcessIdentity Self => ProcessStat.Self;

    private AllocationEntry Entry => new("c")
    {
        RuntimeState = Temporary.Combine("root/c"),
        Bundle = "/b",
        Process = new ProcessIdentity(1, 1),
        Since = DateTimeOffset.UnixEpoch,
    };

    [Test]
    public void runc_tells_the_process_and_where_its_cgroups_are()
    {
        Temporary.Write("root/c/state.json", $$"""
            {"id":"c","init_process_pid":{{Self.Pid}},"init_process_start":{{Self.StartTime}},"config":{"init_process_pid":1,"cgroup_paths":{"":"/wrong"} },
            "cgroup_paths":{"devices":"/sys/fs/cgroup/devices/a/c","memory":"/sys/fs/cgroup/memory/a/c/"} }
            """);

        var started = StartedContainer.Of(Entry)!;

        Assert.That((started.FirstProcess, started.IsCgroupKnown), Is.EqualTo((Self, true)));
        Assert.That(started.Cgroups, Is.EqualTo((string[])["/sys/fs/cgroup/devices/a/c", "/sys/fs/cgroup/memory/a/c"]));
    }

    [Test]
    public void crun_tells_the_process_and_the_path_in_the_hierarchy()
    {
        Temporary.Write("root/c/status", $$"""{"pid":{{Self.Pid}},"process-start-time":{{Self.StartTime}},"cgroup-path":"system.slice/c.scope"}""");

        var started = StartedContainer.Of(Entry)!;

        Assert.That((started.FirstProcess, started.IsCgroupKnown), Is.EqualTo((Self, true)));
        Assert.That(started.Cgroups, Is.EqualTo((string[])["/system.slice/c.scope"]));
    }

    [Test]
    public void Where_a_runtime_does_not_tell_the_cgroup_the_engines_names_are_looked_for()
    {
        Temporary.Write("root/c/state.json", $$"""{"id":"c","pid":{{Self.Pid}},"status":"running"}""");

        var started = StartedContainer.Of(Entry)!;

        Assert.That((started.FirstProcess, started.IsCgroupKnown), Is.EqualTo((Self, false)));
        Assert.That(started.Cgroups, Is.EqualTo((string[])["/c", "-c.scope"]));
    }

    [Test]
    public void An_entry_of_a_hook_has_the_first_process_itself()
    {
        Assert.That(StartedContainer.Of(Entry with { RuntimeState = null, Process = Self })!.FirstProcess, Is.EqualTo(Self));
        Assert.That(StartedContainer.Of(Entry with { RuntimeState = null, Process = Self with { StartTime = Self.StartTime + 1 } }), Is.Null);
    }

    [TestCase("{")]
    [TestCase("")]
    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("""{"init_process_pid":"1"}""")]
    [TestCase("""{"init_process_pid":0}""")]
    [TestCase("""{"init_process_pid":4294967297}""")]
    [TestCase("""{"init_process_pid":1,"init_process_start":1}""")]
    [TestCase("""{"init_process_pid":2147483647,"init_process_start":1}""")]
    public void What_leads_to_no_running_process_is_no_container_that_runs(string state)
    {
        Temporary.Write("root/c/state.json", state);

        Assert.That(StartedContainer.Of(Entry), Is.Null);
    }

    [Test]
    public void A_container_that_its_runtime_does_not_know_does_not_run() => Assert.That(StartedContainer.Of(Entry), Is.Null);
}
