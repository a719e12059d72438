using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests;

/// <summary>Tests that only look at one simulated host, which they share.</summary>
public abstract class MachineFixture
{
    private TestMachine? _machine;

    private protected TestMachine Machine => _machine!;

    private protected SimulatedNvidiaHost Host => Machine.Host;

    private protected virtual SimulatedNvidiaHostOptions Options => new();

    [OneTimeSetUp]
    public void CreateMachine() => _machine = TestMachine.Create(Options);

    [OneTimeTearDown]
    public void DisposeMachine() => _machine?.Dispose();
}
