using System.Collections.Concurrent;
using System.Net.Sockets;
using GpuRuntime.EndToEnd.Tests.Kubernetes;
using GpuRuntime.EndToEnd.Tests.Monitoring;
using GpuRuntime.Security.Tests.Sockets;
using GpuRuntime.Security.Tests.Sockets.Frames;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>The sockets on which the agent answers a kubelet: random frames crash it no more than those of its pages, and the kubelet is served on.</summary>
[Category("T9")]
public sealed class PluginSocketRows : PluginFixture
{
    private const int Frames = 500;
    private const int AtATime = 64;

    [Test]
    public async Task Random_frames_are_answered_or_ended_and_the_kubelet_is_served_on()
    {
        await PrepareAsync(ReadyHosts.Mi210Pair);
        var agent = await StartAgentAsync();
        await Kubelet.ListAsync(AmdGpu);
        var before = ServerCondition.Of(agent);
        var sockets = Directory.GetFiles(Kubelet.Directory).Where(static path => Path.GetFileName(path) != "kubelet.sock").ToArray();
        var complaints = new ConcurrentBag<string>();

        foreach (var socket in sockets)
        {
            var sender = new FrameSender(new AgentDoor(new UnixDomainSocketEndPoint(socket), null), TimeSpan.FromSeconds(30));
            await Parallel.ForEachAsync(Enumerable.Range(1, Frames), new ParallelOptions { MaxDegreeOfParallelism = AtATime }, async (seed, _) =>
            {
                // Only root may connect, and may say half of something for as long as it likes.
                if ((await sender.SendAsync(FrameMaker.Of(seed) with { StaysOpen = false })).Complaint is { } complaint)
                    complaints.Add(complaint);
            });
        }

        Assert.That(sockets, Is.Not.Empty);
        Assert.That(complaints, Is.Empty);
        Assert.That(await before.ComplaintsAsync(AtATime), Is.Empty);
        Assert.That((await Kubelet.AllocateAsync(AmdGpu, "0000:c3:00.0"))["cdi_devices"]![0]!["name"]!.ToString(), Is.EqualTo("amd.com/gpu=0000:c3:00.0"));
    }
}
