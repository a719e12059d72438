using GpuRuntime.EndToEnd.Tests.Allocations;
using GpuRuntime.EndToEnd.Tests.Limits;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>gpu-runtime check: who holds what, and by what containers could be held to limits.</summary>
public sealed class CheckLimitRows
{
    private const string Unit = """{"unit":"0000:1b:00.0","id":"nvidia:0","pciAddress":"0000:1b:00.0"}""";

    [Test]
    public async Task A_host_that_can_hold_no_limits_is_well_and_says_so()
    {
        await using var scene = AdminScene.Create();

        var findings = await CheckCommandRows.CheckAsync(scene);

        Assert.That(CheckCommandRows.Problems(findings), Is.Empty);
        Assert.That(findings.Select(static finding => finding.ToString()), Is.SupersetOf((string[])
        [
            "allocations: No container holds a GPU",
            "watchdog: gpu-runtime-agent is not running, so that it holds no limits (systemctl enable --now gpu-runtime-agent)",
            .. scene.Host.Gpus.Select(static gpu => $"limits nvidia:{gpu.Index}: memory: refused (limits.minimumTier is watchdog); compute: refused (limits.minimumComputeTier is cooperative)"),
        ]));
    }

    [TestCase("nvidia amd", "gpu-runtime-agent runs, and measures the memory of GPUs of NVIDIA, AMD", "watchdog")]
    [TestCase("amd", "gpu-runtime-agent runs, and measures the memory of GPUs of AMD", "refused (limits.minimumTier is watchdog)")]
    [TestCase("", "gpu-runtime-agent runs, and can measure the memory of no GPU here, as its log says", "refused (limits.minimumTier is watchdog)")]
    public async Task The_watchdog_is_told_with_a_stand_in_for_the_agent(string vendors, string watchdog, string memory)
    {
        await using var scene = AdminScene.Create();
        using var agent = AgentStandIn.Start(scene.Machine, vendors);

        var findings = await CheckCommandRows.CheckAsync(scene);

        Assert.That(CheckCommandRows.One(findings, "watchdog").What, Is.EqualTo(watchdog));
        Assert.That(CheckCommandRows.One(findings, "limits nvidia:0").What, Does.StartWith($"memory: {memory}; compute: "));
    }

    [Test]
    public async Task A_file_that_an_agent_left_which_was_killed_is_no_running_agent()
    {
        await using var scene = AdminScene.Create();
        AgentStandIn.Start(scene.Machine).Dispose();

        Assert.That(CheckCommandRows.One(await CheckCommandRows.CheckAsync(scene), "watchdog").What, Does.StartWith("gpu-runtime-agent is not running"));
    }

    [Test]
    public async Task Entries_are_counted_and_those_of_containers_that_are_gone_stay()
    {
        await using var scene = AdminScene.Create();
        HandWrittenEntry.Write(scene.Machine, "there", HandWrittenEntry.Alive, Unit);
        HandWrittenEntry.Write(scene.Machine, "gone", HandWrittenEntry.Dead, Unit);

        var finding = CheckCommandRows.One(await CheckCommandRows.CheckAsync(scene), "allocations");

        Assert.That(finding.ToString(), Is.EqualTo(
            "allocations: 1 container holds 1 GPU (gpu-runtime allocations); 1 entry of a container that is gone, which the next create that needs the room takes away"));
        Assert.That(Directory.GetFiles(StateFiles.Directory(scene.Machine, "allocations"), "*.json"), Has.Length.EqualTo(2));
    }

    [Test]
    public async Task What_is_no_entry_is_a_problem()
    {
        await using var scene = AdminScene.Create();
        HandWrittenEntry.Write(scene.Machine, "there", HandWrittenEntry.Alive, Unit);
        await File.WriteAllTextAsync(Path.Combine(StateFiles.Directory(scene.Machine, "allocations"), "notes.txt"), "");

        var problem = CheckCommandRows.Problems(await CheckCommandRows.CheckAsync(scene)).Single();

        Assert.That(problem.ToString(), Is.EqualTo($"allocations: {scene.Machine.StateDirectory}/allocations holds what is no entry: notes.txt -> Remove it; nobody holds anything by it"));
    }

    [Test]
    public async Task A_state_directory_of_somebody_elses_is_a_problem()
    {
        await using var scene = AdminScene.Create();
        File.SetUnixFileMode(StateFiles.Directory(scene.Machine), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherWrite);

        var problem = CheckCommandRows.Problems(await CheckCommandRows.CheckAsync(scene)).First(static problem => problem.Topic == "allocations");

        Assert.That(problem.What, Does.Contain(scene.Machine.StateDirectory).And.Contain("writable by others"));
    }
}
