using System.Diagnostics;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Kubernetes;

/// <summary>A kubelet that goes and comes, while the agent stays.</summary>
public sealed class KubeletRestartRows : PluginFixture
{
    // The kubelet itself takes longer to begin giving devices to pods. The best of some restarts is judged: a busy machine makes one late, not all.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    [Test]
    public async Task Each_new_kubelet_that_empties_its_directory_knows_every_resource_within_five_seconds()
    {
        await PrepareAsync(ThreeVendors with { Nvidia = null });
        await StartAgentAsync();
        await Kubelet.RegisteredAsync(2);

        var times = new List<TimeSpan>();
        for (var restart = 0; restart < 3; restart++)
        {
            await Kubelet.StopAsync();
            await Kubelet.StartAsync();
            var clock = Stopwatch.StartNew();
            Assert.That(await Kubelet.RegisteredAsync(2), Is.EqualTo((string[])[AmdGpu, IntelXe]));
            times.Add(clock.Elapsed);
            Assert.That((await Kubelet.ListAsync(AmdGpu)).Healthy, Has.Length.EqualTo(2));
            await Kubelet.AllocateAsync(AmdGpu, "0000:83:00.0");
        }

        Assert.That(times.Min(), Is.LessThan(Longest));
    }

    [Test]
    public async Task A_kubelet_that_comes_later_than_the_agent_is_told()
    {
        await PrepareAsync(ReadyHosts.Mi210Pair);
        await Kubelet.StopAsync();
        var agent = await StartAgentAsync();
        await agent.Process.WarnedAsync("No kubelet listens on");

        await Kubelet.StartAsync();

        Assert.That(await Kubelet.RegisteredAsync(1), Is.EqualTo((string[])[AmdGpu]));
    }

    [Test]
    public async Task A_kubelet_that_refuses_at_first_is_asked_again()
    {
        await PrepareAsync(ReadyHosts.Mi210Pair);
        await Kubelet.StopAsync();
        await Kubelet.StartAsync(refusals: 2);
        var agent = await StartAgentAsync();

        await Kubelet.RegisteredAsync(1);

        Assert.That((await Kubelet.ListAsync(AmdGpu)).Ids, Has.Length.EqualTo(2));
        Assert.That(agent.Process.Warnings.Count(static line => line.Contains("is not told of amd.com/gpu", StringComparison.Ordinal)), Is.EqualTo(1), string.Join('\n', agent.Process.Warnings));
    }

    [Test]
    public async Task Devices_keep_their_ids_when_the_agent_is_started_anew()
    {
        await PrepareAsync(ReadyHosts.Mi210Hives);
        var agent = await StartAgentAsync();
        var before = await Kubelet.ListAsync(AmdGpu);
        // No time to take its sockets away.
        await agent.Process.StopAsync("KILL");

        await StartAgentAsync();
        await FakeKubelet.UntilAsync(async () => (await Kubelet.RegistrationsAsync()).Length == 2, static () => "a second registration");

        Assert.That((await Kubelet.ListAsync(AmdGpu)).Devices, Is.EqualTo(before.Devices));
    }
}
