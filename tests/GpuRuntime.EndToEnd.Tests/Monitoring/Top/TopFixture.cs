using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Monitoring.Top;

/// <summary>
/// `gpu-runtime top` on a simulated host: two GPUs of AMD's with sensors, of which one is used by a container's process and by one of no container's, and
/// one of Intel's that tells little.
/// </summary>
public abstract class TopFixture : HttpFixture
{
    private protected const string Container = "5f1c0a9be27d5836c1e4f70b92ad8635e0c7b1f2a3d4958677881122aabbccdd";
    private protected const int Trainer = 4242;
    private protected const int Monitor = 777;

    private protected static readonly AmdSensorFiles Idle = new();
    private protected static readonly AmdSensorFiles Busy = new() { Busy = 81, MemoryBusy = 40, VramUsed = 48L << 30, Watts = 251, Celsius = (88, 95, 80), GraphicsMegahertz = 1900 };

    private protected new MixedMachine Machine => (MixedMachine)base.Machine;

    private protected override SimulatedHostOptions Host =>
        ReadyHosts.ThreeVendors with { Nvidia = null, Amd = [ReadyHosts.ThreeVendors.Amd[0] with { Sensors = Idle }, ReadyHosts.ThreeVendors.Amd[1] with { Sensors = Busy }] };

    [SetUp]
    public void BeginProcesses()
    {
        Tell(0, Idle);
        SimulatedProcess.Begin(Machine.Host.ProcRoot, Trainer, "trainer", Container);
        SimulatedProcess.Begin(Machine.Host.ProcRoot, Monitor, "monitor", null);
        var kfd = new KfdUsers(Machine.Host, Machine.Directory);
        kfd.Tell(Trainer, Address(1), 40L << 30);
        kfd.Tell(Monitor, Address(0), 512L << 20);
    }

    /// <summary>What the files of a GPU of AMD's say from now on.</summary>
    private protected void Tell(int gpu, AmdSensorFiles sensors) => sensors.Write(Machine.Host.SysRoot, Address(gpu));

    private protected Command Top(params ReadOnlySpan<string> arguments) => Command.Of(Programs.GpuRuntime, ["top", .. arguments]).WithEnvironment(Machine.Environment);

    private string Address(int gpu) => Machine.Host.AmdGpus[gpu].PciAddress;
}
