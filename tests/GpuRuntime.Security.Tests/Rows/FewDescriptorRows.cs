using System.Diagnostics;
using System.Globalization;
using GpuRuntime.Security.Tests.Sockets;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>Clients that take every descriptor that the agent may have.</summary>
[TestFixture(DoorKind.Tcp)]
[TestFixture(DoorKind.Unix)]
[Category("T8")]
public sealed class FewDescriptorRows(DoorKind kind) : SocketFixture(kind)
{
    private const int Spare = 12;
    private const int Clients = 100;

    // Those that it opens and closes as it reads.
    private const int Moving = 4;

    // Of a core. Whoever tries again without a pause takes all of it.
    private const double MostProcessor = 0.5;

    private static readonly TimeSpan While = TimeSpan.FromSeconds(3);

    [Test]
    public async Task An_agent_without_a_descriptor_left_waits_for_one_and_goes_on()
    {
        var agent = await StartAsync();
        // Of each pass, for the ledger is one that it can open now, and now not.
        var before = ServerCondition.Of(agent, mostLogLines: 100);
        var most = agent.Descriptors + Spare;
        (await Command.Of("prlimit", "--pid", $"{agent.Process.Id}", $"--nofile={most}:{most}").RunAsync()).EnsureSuccess();

        var clients = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => HastyClient.ConnectAsync(agent.Door)));
        await agent.Process.UntilAsync(() => agent.Descriptors >= most - Moving, "it has nearly all descriptors that it may have");
        var (clock, used) = (Stopwatch.StartNew(), ProcessorTime(agent.Process.Id));
        await Task.Delay(While);
        var share = (ProcessorTime(agent.Process.Id) - used) / clock.Elapsed;
        await Task.WhenAll(clients.Select(static client => client?.DisposeAsync().AsTask() ?? Task.CompletedTask));

        Assert.That(share, Is.LessThan(MostProcessor));
        await agent.Process.UntilAsync(() => Scraper.TryAsync(agent.Door, "/metrics").GetAwaiter().GetResult() is { Status: 200 } reply && reply.Text.Contains("""gpu_runtime_up{vendor="amd",gpu="amd:0"} 1""", StringComparison.Ordinal), "it answers, and reads its GPUs");
        Assert.That(await before.ComplaintsAsync(), Is.Empty);
    }

    // In ticks of 10 milliseconds.
    private static TimeSpan ProcessorTime(int pid) => TimeSpan.FromMilliseconds(
        10 * (long.Parse(ProcessStatus.Field(pid, ProcessStatus.UserTime), CultureInfo.InvariantCulture) + long.Parse(ProcessStatus.Field(pid, ProcessStatus.SystemTime), CultureInfo.InvariantCulture)));
}
