using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests;

/// <summary>Tests that only look at one simulated host, which they share.</summary>
public abstract class MachineFixture
{
    private TestMachine? _own;

    private protected TestMachine Machine => _own ?? SharedMachine.Instance;

    private protected SimulatedNvidiaHost Host => Machine.Host;

    /// <summary>What is special about the host; <see langword="null"/> = the one with 8 GPUs.</summary>
    private protected virtual SimulatedNvidiaHostOptions? Options => null;

    [OneTimeSetUp]
    public void CreateMachine()
    {
        if (Options is { } options)
            _own = TestMachine.Create(options);
    }

    [OneTimeTearDown]
    public void DisposeMachine() => _own?.Dispose();
}
