using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests;

/// <summary>A machine with GPUs of any vendors, simulated.</summary>
internal sealed class MixedMachine(TestDirectory directory, SimulatedHost host) : TestMachine(directory, host.ConfigPath)
{
    public SimulatedHost Host => host;
}
