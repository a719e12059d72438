using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests;

/// <summary>Tests that only look at one simulated host with GPUs of any vendors.</summary>
public abstract class MixedMachineFixture
{
    private MixedMachine? _machine;

    private protected MixedMachine Machine => _machine!;

    private protected SimulatedHost Host => Machine.Host;

    private protected abstract SimulatedHostOptions Options { get; }

    [OneTimeSetUp]
    public void CreateMachine() => _machine = MixedMachine.Create(Options);

    [OneTimeTearDown]
    public void DisposeMachine() => _machine?.Dispose();
}
