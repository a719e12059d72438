using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests;

/// <summary>A machine that was captured from real hardware.</summary>
internal sealed class CapturedMachine(TestDirectory directory, CapturedHost host) : TestMachine(directory, host.ConfigPath)
{
    public CapturedHost Host => host;
}
