using GpuRuntime.Agent.Monitoring.Health;
using GpuRuntime.Agent.Watchdog;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Health;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Linux.Monitoring;

namespace GpuRuntime.Linux.Tests.Monitoring.Health;

/// <summary>What the agent tells of the GPUs' health: the file for gpu-runtime check, and the log.</summary>
public sealed class HealthJournalTests : DirectoryFixture
{
    private static readonly GpuHealth Hot = new([new HealthReason("temperature", "At or above its critical temperature: gpu (95 °C)", "Look at fans")]);

    private string State => Temporary.Combine("state");

    private string StateFile => Path.Combine(State, "health");

    private string Log => Temporary.Combine("agent.log");

    [Test]
    public void What_it_tells_is_what_check_reads()
    {
        using var journal = Journal();
        Assert.That(new HealthFile(State).Read()!.Gpus, Is.Null, "nothing is judged yet");

        journal.Tell(Sample(GpuHealth.Healthy, Hot));

        var gpus = new HealthFile(State).Read()!.Gpus!.Value;
        Assert.That(gpus.Select(gpu => (gpu.Id, gpu.Reasons.Length)), Is.EqualTo(((string, int)[])[("amd:0", 0), ("amd:1", 1)]));
        Assert.That(gpus[1].Reasons.Single(), Is.EqualTo(new JudgedReason("temperature", "At or above its critical temperature: gpu (95 °C)", "Look at fans")));
        Assert.That(File.GetUnixFileMode(StateFile), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public void It_writes_when_something_changes_and_not_otherwise()
    {
        using var journal = Journal();
        journal.Tell(Sample(Hot));
        var told = File.ReadAllText(StateFile);
        File.WriteAllText(StateFile, "left alone");

        journal.Tell(Sample(Hot));
        Assert.That(File.ReadAllText(StateFile), Is.EqualTo("left alone"));

        journal.Tell(Sample(GpuHealth.Healthy));
        Assert.That(File.ReadAllText(StateFile), Is.Not.EqualTo("left alone").And.Not.EqualTo(told));
        Assert.That(Directory.GetFiles(State), Is.EqualTo((string[])[StateFile]));
    }

    [Test]
    public void What_another_agent_left_is_gone_when_it_begins_and_what_it_said_when_it_ends()
    {
        using (var first = Journal())
            first.Tell(Sample(Hot));
        Assert.That(File.ReadAllText(StateFile), Is.EqualTo("{}\n"));
        File.WriteAllText(StateFile, HealthState.Of(Sample(Hot)).Format());

        using var second = Journal();

        Assert.That(new HealthFile(State).Read()!.Gpus, Is.Null);
    }

    [Test]
    public void A_reason_is_logged_once_as_long_as_it_holds_and_so_is_its_end()
    {
        using var journal = Journal();
        journal.Tell(Sample(Hot));
        journal.Tell(Sample(Hot));
        journal.Tell(Sample(new GpuHealth([.. Hot.Reasons, new HealthReason("xid", "XID 79, the GPU has fallen off the bus", "Reboot the host")])));
        journal.Tell(Sample(GpuHealth.Healthy));
        journal.Tell(Sample(GpuHealth.Healthy));

        var lines = File.ReadAllLines(Log);
        Assert.That(lines, Has.Length.EqualTo(3));
        Assert.That(lines[0], Does.Contain("amd:0 is unhealthy (temperature): At or above").And.Contain("Look at fans"));
        Assert.That(lines[1], Does.Contain("amd:0 is unhealthy (xid): XID 79"));
        Assert.That(lines[2], Does.Contain("amd:0 is healthy again"));
    }

    [Test]
    public void A_state_directory_of_somebody_elses_is_warned_of_once_and_ends_nothing()
    {
        Directory.CreateDirectory(State, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.SetUnixFileMode(State, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherWrite);
        using var journal = Journal();

        journal.Tell(Sample(GpuHealth.Healthy));
        journal.Tell(Sample(GpuHealth.Healthy));

        Assert.That(File.ReadAllLines(Log).Single(), Does.Contain("writable by others"));
        Assert.That(Directory.GetFiles(State), Is.Empty);
        Refusal.Of(ErrorCode.StateUnwritable, () => new HealthFile(State).Read());
    }

    private HealthJournal Journal() => new(State, new WatchdogReport(RuntimeConfiguration.Default with { LogPath = Log }));

    private static HostSample Sample(params GpuHealth[] healths) => new(DateTimeOffset.UnixEpoch)
    {
        Gpus = [.. healths.Select((health, index) => new GpuSample(new Gpu { Vendor = GpuVendor.Amd, Index = index, PciAddress = PciAddress.Parse($"0000:0{index}:00.0")!.Value }) { Health = health })],
    };
}
