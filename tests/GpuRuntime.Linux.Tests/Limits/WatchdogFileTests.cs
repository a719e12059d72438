using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Limits;
using GpuRuntime.Linux.Limits;

namespace GpuRuntime.Linux.Tests.Limits;

/// <summary>The agent's word in the state directory, and who reads it.</summary>
public sealed class WatchdogFileTests : DirectoryFixture
{
    private string State => Temporary.Combine("state");

    private WatchdogState? Told => new LinuxLimitHost(State, "runc").Watchdog;

    [Test]
    public void It_is_believed_as_long_as_the_agent_holds_it()
    {
        Assert.That(Told, Is.Null);
        using (var file = WatchdogFile.Take(State))
        {
            Assert.That(Told!.Vendors, Is.Empty);
            file.Write(new WatchdogState([GpuVendor.Nvidia, GpuVendor.Amd, GpuVendor.Intel]));
            Assert.That(Told!.Vendors, Is.EqualTo((GpuVendor[])[GpuVendor.Nvidia, GpuVendor.Amd, GpuVendor.Intel]));
            file.Write(new WatchdogState([GpuVendor.Amd]));
            Assert.That(Told!.Vendors, Is.EqualTo((GpuVendor[])[GpuVendor.Amd]));
        }

        Assert.That(Told, Is.Null);
        Assert.That(File.ReadAllText(Path.Combine(State, "watchdog")), Is.Empty);
    }

    [Test]
    public void What_a_killed_agent_left_is_not_the_next_ones_word()
    {
        Directory.CreateDirectory(State, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllText(Path.Combine(State, "watchdog"), "nvidia amd intel and what nobody has ever written\n");
        Assert.That(Told, Is.Null);

        using var file = WatchdogFile.Take(State);

        Assert.That(Told!.Vendors, Is.Empty);
    }

    [Test]
    public void There_is_one_agent_and_the_next_one_when_that_has_gone()
    {
        using (WatchdogFile.Take(State))
            Assert.That(Refusal.Of(ErrorCode.StateUnwritable, () => WatchdogFile.Take(State)), Does.Contain($"Another gpu-runtime-agent serves here: it holds {State}/watchdog"));

        WatchdogFile.Take(State).Dispose();
    }

    [Test]
    public void A_link_in_its_place_is_not_followed()
    {
        Directory.CreateDirectory(State, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var victim = Temporary.Write("victim", "kept");
        Temporary.Link("state/watchdog", victim);

        Assert.That(Refusal.Of(ErrorCode.StateUnwritable, () => WatchdogFile.Take(State)), Does.Contain($"{State}/watchdog"));
        Assert.That(File.ReadAllText(victim), Is.EqualTo("kept"));
    }
}
