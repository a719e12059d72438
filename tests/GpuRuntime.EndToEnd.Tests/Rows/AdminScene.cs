using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>A simulated NVIDIA host with surroundings of its own.</summary>
internal sealed class AdminScene : AdminSurroundings, IAsyncDisposable
{
    private AdminScene(NvidiaMachine machine)
        : base(machine.Directory) => Machine = machine;

    public NvidiaMachine Machine { get; }

    public SimulatedNvidiaHost Host => Machine.Host;

    public static AdminScene Create(SimulatedNvidiaHostOptions? options = null) => new(TestMachine.Create(options));

    public ValueTask DisposeAsync() => Machine.DisposeAsync();
}
