using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests;

/// <summary>A machine with NVIDIA's GPUs alone, simulated.</summary>
internal sealed class NvidiaMachine(TestDirectory directory, SimulatedNvidiaHost host) : TestMachine(directory, host.ConfigPath)
{
    public SimulatedNvidiaHost Host => host;
}
