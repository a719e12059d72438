using GpuRuntime.Security.Tests.Sockets;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>Clients that hold every place the agent has, and come back as soon as they lose one, keep no scraper out.</summary>
[TestFixture(DoorKind.Tcp)]
[TestFixture(DoorKind.Unix)]
[TestFixture(DoorKind.Tls)]
[Category("T8")]
public sealed class SlowClientRows(DoorKind kind) : SocketFixture(kind)
{
    private const int Clients = 300;
    private const int Scrapes = 20;

    // A tenth of them asks on and on, of which each fills buffers of the kernel's.
    private static readonly SlowWay[] Ways =
    [
        SlowWay.SayNothing, SlowWay.SayNothing, SlowWay.AskNothing, SlowWay.AskNothing, SlowWay.DripHeaders,
        SlowWay.DripHeaders, SlowWay.DripHeaders, SlowWay.AskAndNeverRead, SlowWay.FloodAndNeverRead, SlowWay.HalfClose,
    ];

    [Test]
    public async Task A_scraper_gets_in_at_once_while_slow_clients_hold_every_place()
    {
        var agent = await StartAsync();
        var before = ServerCondition.Of(agent);
        var statuses = new List<int?>();
        await using (SlowClients.Start(agent.Door, comeBack: true, Enumerable.Range(0, Clients).Select(static number => Ways[number % Ways.Length])))
        {
            await agent.Process.UntilAsync(() => before.MoreDescriptors > ServerCondition.MostConnections * 3 / 4, "its places are taken");

            for (var count = 0; count < Scrapes; count++, await Task.Delay(100))
                statuses.Add((await Scraper.TryAsync(agent.Door, "/metrics", Credentials))?.Status);
        }

        // One may be lost where this machine stands still for a moment.
        Assert.That(statuses.Count(static status => status == 200), Is.GreaterThanOrEqualTo(Scrapes - 1), string.Join(' ', statuses));
        Assert.That(await before.ComplaintsAsync(), Is.Empty);
    }
}
