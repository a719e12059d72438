using GpuRuntime.Security.Tests.Sockets;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>The agent's own limits of time and memory for who holds a connection, while there is room for all.</summary>
[TestFixture(DoorKind.Unix, 150)]
[TestFixture(DoorKind.Tls, 60)]
[Category("T8")]
public sealed class HeldConnectionRows(DoorKind kind, int clients) : SocketFixture(kind)
{
    [Test]
    public async Task Who_asks_on_and_on_and_never_reads_costs_little()
    {
        var agent = await StartAsync();
        var before = ServerCondition.Of(agent);

        await using (var slow = SlowClients.Start(agent.Door, comeBack: false, Enumerable.Repeat(SlowWay.FloodAndNeverRead, clients)))
            await slow.BlockedAsync();

        Assert.That(await before.ComplaintsAsync(clients), Is.Empty);
    }

    [Test]
    public async Task Who_asks_nothing_or_never_ends_a_question_or_never_reads_is_ended()
    {
        var agent = await StartAsync();
        var before = ServerCondition.Of(agent);
        SlowWay[] ways = [SlowWay.SayNothing, SlowWay.AskNothing, SlowWay.DripHeaders, SlowWay.AskAndNeverRead];
        await using var slow = SlowClients.Start(agent.Door, comeBack: false, Enumerable.Range(0, clients).Select(number => ways[number % ways.Length]));
        await agent.Process.UntilAsync(() => before.MoreDescriptors >= clients / 2, "they have come");

        await agent.Process.UntilAsync(() => !before.KeepsDescriptors, "it ends their connections");

        Assert.That(await before.ComplaintsAsync(clients), Is.Empty);
    }
}
