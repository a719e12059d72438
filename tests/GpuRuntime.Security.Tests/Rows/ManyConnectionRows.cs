using System.Net.Sockets;
using GpuRuntime.Security.Tests.Sockets;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>Ten thousand connections, which end in every way.</summary>
[TestFixture(DoorKind.Tcp)]
[TestFixture(DoorKind.Unix)]
[TestFixture(DoorKind.Tls)]
[Category("T8")]
[Category("T9")]
public sealed class ManyConnectionRows(DoorKind kind) : SocketFixture(kind)
{
    private const int OneByOne = 2000;
    private const int InBursts = 8000;
    private const int Burst = 1000;

    // Places, and as many connections that have lost theirs and are being ended.
    private const int AtATime = 2 * ServerCondition.MostConnections;

    // With what the runtime opens for itself.
    private const int MostDescriptors = AtATime + 16;

    [Test]
    public async Task Two_thousand_one_after_another_leave_the_agent_as_it_was()
    {
        var agent = await StartAsync();
        var before = ServerCondition.Of(agent);

        for (var number = 0; number < OneByOne; number++)
        {
            if (number % 10 == 0)
                Assert.That((await Scraper.TryAsync(agent.Door, "/metrics", Credentials))?.Status, Is.EqualTo(200), $"connection {number}");
            else
                await LeaveAsync(await HastyClient.ConnectAsync(agent.Door), number);
        }

        Assert.That(await before.ComplaintsAsync(), Is.Empty);
    }

    [Test]
    public async Task Eight_thousand_in_bursts_take_no_more_places_than_there_are_and_leave_the_agent_as_it_was()
    {
        var agent = await StartAsync();
        var before = ServerCondition.Of(agent);

        for (var count = 0; count < InBursts; count += Burst)
        {
            var clients = await Task.WhenAll(Enumerable.Range(0, Burst).Select(_ => HastyClient.ConnectAsync(agent.Door)));
            Assert.That(before.MoreDescriptors, Is.LessThanOrEqualTo(MostDescriptors));
            // The agent may still be taking in, or ending, others that came in the same moment.
            await agent.Process.UntilAsync(() => Scraper.TryAsync(agent.Door, "/metrics", Credentials).GetAwaiter().GetResult()?.Status == 200, $"it answers while {Burst} connections are open");
            await Task.WhenAll(clients.Select(LeaveAsync));
        }

        Assert.That(await before.ComplaintsAsync(AtATime), Is.Empty);
    }

    private static async Task LeaveAsync(NetworkStream? client, int number)
    {
        if (client is null)
            return;
        await using (client)
        {
            switch (number % 5)
            {
                case 0:
                    await HastyClient.TellAsync(client, HastyClient.Question);
                    break;
                case 1:
                    await HastyClient.TellAsync(client, HastyClient.Question.AsMemory(0, 15));
                    HastyClient.Reset(client);
                    break;
                case 2:
                    await HastyClient.TellAsync(client, HastyClient.Question);
                    HastyClient.Reset(client);
                    break;
                case 3:
                    HastyClient.Reset(client);
                    break;
                default:
                    break;
            }
        }
    }
}
