using System.Collections.Concurrent;
using GpuRuntime.Security.Tests.Sockets;
using GpuRuntime.Security.Tests.Sockets.Frames;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>Whatever the agent is sent, it answers or ends the connection, and is as it was.</summary>
[TestFixture(DoorKind.Tcp)]
[TestFixture(DoorKind.Unix)]
[TestFixture(DoorKind.Tls)]
[Category("T9")]
public sealed class RandomFrameRows(DoorKind kind) : SocketFixture(kind)
{
    private const int Frames = 1000;

    // Half of the agent's places: none of them is ended for another.
    private const int AtATime = 128;

    // The agent waits 5 seconds for headers and for TLS, and not this long for anything that has begun.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Test]
    public async Task A_thousand_random_frames_are_answered_or_ended_and_leave_the_agent_as_it_was()
    {
        var agent = await StartAsync();
        var before = ServerCondition.Of(agent);
        var sender = new FrameSender(agent.Door, Patience);
        var results = new ConcurrentBag<FrameResult>();

        await Parallel.ForEachAsync(Enumerable.Range(1, Frames), new ParallelOptions { MaxDegreeOfParallelism = AtATime }, async (seed, _) => results.Add(await sender.SendAsync(FrameMaker.Of(seed))));

        Assert.That(await before.ComplaintsAsync(AtATime), Is.Empty);
        Assert.That(results.Select(static result => result.Complaint).OfType<string>(), Is.Empty);
        // They got as far as to be read, and refused for different reasons.
        Assert.That(results.Select(static result => result.Status).Distinct(), Is.SupersetOf((int[])[0, 200, 400, 404, 405, 414, 431, 505]));
        Assert.That(results.Count(static result => result.Status != 0), Is.GreaterThan(Frames / 2));
    }
}
