using System.Text.Json.Nodes;
using GpuRuntime.EndToEnd.Tests.Allocations;

namespace GpuRuntime.EndToEnd.Tests.Limits;

/// <summary>What `gpu-runtime-agent serve` does with containers, on both cgroup versions.</summary>
[TestFixture(EngineKind.RuncOnCgroupV1)]
[TestFixture(EngineKind.RuncOnCgroupV2)]
public sealed class WatchdogRows(EngineKind kind) : WatchdogFixture(kind)
{
    private const string OneGibibyteOfAmd0 = "amd:0,memory=1GiB";

    [Test]
    public async Task A_container_that_stays_above_its_limit_is_killed_with_all_its_processes()
    {
        var agent = await StartAgentAsync();
        var container = await RunAsync(OneGibibyteOfAmd0);
        var processes = container.Processes;

        TellKfd(processes[1], Amd0, Above);
        await agent.KilledAsync(container.Id);

        foreach (var pid in processes)
            Assert.That(() => WatchedContainer.IsAlive(pid), Is.False.After(20_000, 20));
        var kill = agent.Kills.Single();
        Assert.That((string?)kill["unit"], Is.EqualTo("amd:0"));
        Assert.That(((long)kill["limitBytes"]!, (long)kill["usedBytes"]!), Is.EqualTo((Limit, Above)));
        Assert.That((long)kill["seconds"]!, Is.GreaterThanOrEqualTo(1));
        Assert.That((string?)kill["time"], Does.Match(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"));
        Assert.That(agent.Warnings, Is.EqualTo((string[])
            [$"gpu-runtime-agent: Container {container.Id} uses {Above} bytes of amd:0, more than its limit of 1024 MiB: it is killed in 1 seconds unless it falls below."]));
    }

    [Test]
    public async Task The_log_has_the_warning_and_the_end()
    {
        var config = Machine.WriteConfiguration("logging.json", json => json["log"] = new JsonObject { ["path"] = LogPath });
        var agent = await StartAgentAsync(Agent("--config", config));
        var container = await RunAsync(OneGibibyteOfAmd0);

        TellKfd(container.Pid, Amd0, Above);
        await agent.KilledAsync(container.Id);

        await agent.UntilAsync(() => File.ReadAllText(LogPath).Contains("killed by the watchdog", StringComparison.Ordinal), "the log tells of the end");
        Assert.That(File.ReadAllLines(LogPath).Select(line => line.Split(' ', 2)[1]), Is.EqualTo((string[])
        [
            $"information [{agent.Id}] watchdog: memory limits are watched on the GPUs of AMD, Intel",
            $"warning [{agent.Id}] watchdog: Container {container.Id} uses {Above} bytes of amd:0, more than its limit of 1024 MiB: it is killed in 1 seconds unless it falls below.",
            $"error [{agent.Id}] container {container.Id}: killed by the watchdog: it used {Above} bytes of amd:0, limited to {Limit}, for {agent.Kills[0]["seconds"]} seconds",
        ]));
    }

    [Test]
    public async Task A_container_that_falls_below_in_time_lives()
    {
        var config = Machine.WriteConfiguration("patient.json", json => json["limits"]!["graceSeconds"] = 8);
        var agent = await StartAgentAsync(Agent($"--config={config}"));
        var container = await RunAsync(OneGibibyteOfAmd0);
        var witness = await RunAsync(OneGibibyteOfAmd0);

        TellKfd(container.Pid, Amd0, Above);
        await agent.WarnedAsync($"Container {container.Id} uses");
        TellKfd(container.Pid, Amd0, Limit);
        await agent.WarnedAsync($"Container {container.Id} is within its limit of 1024 MiB of amd:0 again");
        // Above again: its time begins anew, behind that of one that never fell below.
        TellKfd(witness.Pid, Amd0, Above);
        await agent.WarnedAsync($"Container {witness.Id} uses");
        TellKfd(container.Pid, Amd0, Above);
        await agent.UntilAsync(() => agent.Warnings.Count(line => line.Contains($"Container {container.Id} uses", StringComparison.Ordinal)) == 2, "it warns again");
        TellKfd(container.Pid, Amd0, 0);
        await agent.KilledAsync(witness.Id);

        Assert.That(agent.Kills, Has.Count.EqualTo(1));
        Assert.That(container.IsRunning, Is.True);
    }

    [Test]
    public async Task Containers_without_a_limit_or_with_one_that_somebody_else_holds_are_left_alone()
    {
        var agent = await StartAgentAsync();
        var unlimited = await RunAsync("amd:0");
        var other = await RunAsync(OneGibibyteOfAmd0);
        File.WriteAllText(EntryOf(other.Id), File.ReadAllText(EntryOf(other.Id)).Replace("\"watchdog\"", "\"kernel\"", StringComparison.Ordinal));
        TellKfd(unlimited.Pid, Amd0, Above);
        TellKfd(other.Pid, Amd0, Above);

        var witness = await RunAsync(OneGibibyteOfAmd0);
        TellKfd(witness.Pid, Amd0, Above);
        await agent.KilledAsync(witness.Id);

        Assert.That(agent.Kills, Has.Count.EqualTo(1));
        Assert.That((unlimited.IsRunning, other.IsRunning), Is.EqualTo((true, true)));
    }

    [Test]
    public async Task Two_containers_on_one_GPU_are_told_apart_and_the_other_GPU_does_not_count()
    {
        var agent = await StartAgentAsync();
        var first = await RunAsync("amd:all,memory=1GiB");
        var second = await RunAsync(OneGibibyteOfAmd0);
        // Together more than either may have, each within its limit; and of two GPUs each has one of its own.
        TellKfd(first.Pid, Amd0, Limit);
        TellKfd(first.Pid, Amd1, Limit);
        TellKfd(second.Pid, Amd0, Limit - 4096);
        TellKfd(second.Pid, Amd1, 16 * Gibibyte);
        var third = await RunAsync(OneGibibyteOfAmd0);
        TellKfd(third.Processes[0], Amd0, Limit / 2);
        TellKfd(third.Processes[1], Amd0, Limit / 2);
        TellKfd(third.Processes[2], Amd0, 4096);

        await agent.KilledAsync(third.Id);

        Assert.That(agent.Kills.Select(kill => (string?)kill["container"]), Is.EqualTo((string[])[third.Id]));
        Assert.That((first.IsRunning, second.IsRunning), Is.EqualTo((true, true)));
    }

    [Test]
    public async Task A_process_in_a_cgroup_below_the_containers_is_counted_wherever_the_first_one_is()
    {
        var before = await StartAgentAsync();
        var container = await RunAsync(OneGibibyteOfAmd0);
        await before.StopAsync();
        var processes = container.Processes;
        await MoveBelowAsync(container, "init", processes[0]);
        await MoveBelowAsync(container, "work", processes[1]);
        // This one has not seen the container as it was made.
        var agent = await StartAgentAsync();

        TellKfd(processes[1], Amd0, Limit);
        TellKfd(processes[2], Amd0, 4096);
        await agent.KilledAsync(container.Id);

        foreach (var pid in processes)
            Assert.That(() => WatchedContainer.IsAlive(pid), Is.False.After(20_000, 20));
    }

    [Test]
    public async Task A_client_of_AMDs_graphics_driver_is_counted_once_whatever_has_it_open()
    {
        var agent = await StartAgentAsync();
        var shared = await RunAsync(OneGibibyteOfAmd0);
        foreach (var (pid, file) in shared.Processes.SelectMany(pid => new[] { (pid, 5), (pid, 6) }))
            TellDrm(pid, file, "amdgpu", Amd0, client: 7, $"drm-resident-vram:\t{Limit / 1024} KiB", "drm-resident-gtt:\t99 GiB");
        // Another GPU's client of the same number, and what KFD tells of the same memory.
        TellDrm(shared.Pid, 7, "amdgpu", Amd1, client: 7, $"drm-resident-vram:\t{Limit / 1024} KiB");
        TellKfd(shared.Pid, Amd0, Limit);
        var witness = await RunAsync(OneGibibyteOfAmd0);
        TellDrm(witness.Processes[1], 3, "amdgpu", Amd0, client: 8, $"drm-memory-vram:\t{Limit / 1024} KiB");
        TellDrm(witness.Processes[2], 3, "amdgpu", Amd0, client: 9, "drm-memory-vram:\t4 KiB");

        await agent.KilledAsync(witness.Id);

        Assert.That((long)agent.Kills.Single()["usedBytes"]!, Is.EqualTo(Above));
        Assert.That(shared.IsRunning, Is.True);
    }

    [Test]
    public async Task Intels_memory_is_that_of_all_tiles()
    {
        var agent = await StartAgentAsync();
        var container = await RunAsync("intel:0,memory=1GiB");
        TellDrm(container.Pid, 4, "xe", Intel0, client: 1, $"drm-resident-vram0:\t{Limit / 1024} KiB", "drm-resident-vram1:\t4 KiB", "drm-resident-system:\t8 GiB");

        await agent.KilledAsync(container.Id);

        Assert.That(((string?)agent.Kills.Single()["unit"], (long)agent.Kills.Single()["usedBytes"]!), Is.EqualTo(("intel:0", Above)));
    }

    [Test]
    public async Task What_cannot_be_read_is_unknown_said_once_and_no_reason_to_kill()
    {
        var agent = await StartAgentAsync();
        var mute = await RunAsync(OneGibibyteOfAmd0);
        var broken = await RunAsync(OneGibibyteOfAmd0);
        TellDrm(mute.Pid, 4, "amdgpu", Amd0, client: 1, "drm-engine-gfx:\t1 ns");
        TellKfd(broken.Pid, Amd0, "");
        await agent.WarnedAsync($"What container {mute.Id} uses of amd:0 is not known, so that its limit does not hold: the driver amdgpu does not tell");
        await agent.WarnedAsync($"What container {broken.Id} uses of amd:0 is not known, so that its limit does not hold: class/kfd/kfd/proc/{broken.Pid}/vram_");

        var witness = await RunAsync(OneGibibyteOfAmd0);
        TellKfd(witness.Pid, Amd0, Above);
        await agent.KilledAsync(witness.Id);

        Assert.That(agent.Warnings.Count(line => line.Contains("is not known", StringComparison.Ordinal)), Is.EqualTo(2));
        Assert.That((mute.IsRunning, broken.IsRunning), Is.EqualTo((true, true)));
        // What is known is enough where it is above the limit already.
        TellKfd(mute.Pid, Amd0, Above);
        await agent.KilledAsync(mute.Id);
    }

    [Test]
    public async Task A_number_that_has_become_another_process_is_nobody_of_the_containers()
    {
        var agent = await StartAgentAsync();
        var container = await RunAsync("amd:0");
        // As a hook writes it, for a container whose first process had this number before.
        var limited = await RunAsync(OneGibibyteOfAmd0);
        var entry = JsonNode.Parse(File.ReadAllText(EntryOf(limited.Id)))!.AsObject();
        entry.Remove("runtimeState");
        entry["container"] = "gone";
        entry["pid"] = container.Pid;
        entry["startTime"] = 1;
        var file = HandWrittenEntry.PathOf(Machine, "gone", (string)entry["bundle"]!);
        File.WriteAllText(file, entry.ToJsonString());
        TellKfd(container.Pid, Amd0, Above);
        TellKfd(limited.Pid, Amd0, Above);

        await agent.KilledAsync(limited.Id);

        Assert.That(agent.Kills, Has.Count.EqualTo(1));
        Assert.That(container.IsRunning, Is.True);
        await agent.UntilAsync(() => !File.Exists(file), "the entry of a container that is gone goes");
    }

    [Test]
    public async Task An_agent_that_is_started_again_keeps_watching()
    {
        var before = await StartAgentAsync();
        var container = await RunAsync(OneGibibyteOfAmd0);
        await before.StopAsync("KILL");

        TellKfd(container.Pid, Amd0, Above);
        var after = await StartAgentAsync();
        await after.KilledAsync(container.Id);

        Assert.That(() => container.IsRunning, Is.False.After(20_000, 20));
    }

    // With the mounts of the fixture's cgroup version.
    private async Task MoveBelowAsync(WatchedContainer container, string name, int pid) => (await Bundles.Complete(Command.Of(
        "sh", "-c", """
        for root in /sys/fs/cgroup/devices /sys/fs/cgroup; do [ -d $root/$1 ] && break; done
        mkdir $root/$1/$2 && echo $3 >$root/$1/$2/cgroup.procs
        """, "sh", $"{Path.GetFileName(Machine.Directory.FullPath)}/{container.Id}", name, $"{pid}")).RunAsync()).EnsureSuccess();
}
