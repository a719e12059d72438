using System.Net.Sockets;
using System.Text.Json.Nodes;
using GpuRuntime.Agent.Kubernetes.DevicePlugin;
using GpuRuntime.Agent.Watchdog;
using GpuRuntime.Core.Configuration;

namespace GpuRuntime.Linux.Tests.Kubernetes;

/// <summary>How the kubelet comes to know of resources, and comes to know again.</summary>
public sealed class KubeletWatchTests : DirectoryFixture
{
    private const string NvidiaSocket = "gpu-runtime-nvidia.com_gpu.sock";
    private const string AmdSocket = "gpu-runtime-amd.com_gpu.sock";

    private string Plugins => Temporary.MakeDirectory("plugins");

    private RuntimeConfiguration Configuration => new() { KubernetesPluginDirectory = Plugins, LogPath = Temporary.Combine("log") };

    [Test]
    public void Each_resource_is_registered_with_a_kubelet_that_comes_later()
    {
        using var kubelet = KubeletSide.Start(Plugins);
        using var watch = Watch(NodeScene.Offers(Configuration, NodeScene.Sample([NodeScene.Nvidia(0), NodeScene.Nvidia(1), NodeScene.Amd(0)])));
        Assert.That(() => LogLines("No kubelet listens on"), Has.Length.EqualTo(1).After(30_000, 20));
        Assert.That(Directory.GetFileSystemEntries(Plugins), Is.Empty);

        kubelet.Do("serve");

        string[] registered = [.. ((JsonNode[])[kubelet.Do("registered")!, kubelet.Do("registered")!]).Select(request => request.ToJsonString()).Order(StringComparer.Ordinal)];
        Assert.That(registered, Is.EqualTo((string[])
        [
            $$$"""{"version":"v1beta1","endpoint":"{{{AmdSocket}}}","resource_name":"amd.com/gpu","options":{"get_preferred_allocation_available":true}}""",
            $$$"""{"version":"v1beta1","endpoint":"{{{NvidiaSocket}}}","resource_name":"nvidia.com/gpu","options":{"get_preferred_allocation_available":true}}""",
        ]));
        kubelet.Do("watch", ("socket", NvidiaSocket), ("stream", "nvidia"));
        kubelet.Do("watch", ("socket", AmdSocket), ("stream", "amd"));
        Assert.That((kubelet.Next("nvidia").Length, kubelet.Next("amd").Length), Is.EqualTo((2, 1)));
        Assert.That(() => LogLines("the kubelet is offered nvidia.com/gpu, devices: 2"), Has.Length.EqualTo(1).After(30_000, 20));
    }

    [Test]
    public void A_kubelet_that_is_restarted_knows_every_resource_again()
    {
        using var kubelet = KubeletSide.Start(Plugins);
        kubelet.Do("serve");
        using var watch = Watch(NodeScene.Offers(Configuration, NodeScene.Sample([NodeScene.Nvidia(0), NodeScene.Amd(0)])));
        for (var restart = 0; restart < 3; restart++)
        {
            string[] names = [kubelet.Do("registered")!["resource_name"]!.ToString(), kubelet.Do("registered")!["resource_name"]!.ToString()];
            Assert.That(names, Is.EquivalentTo((string[])["amd.com/gpu", "nvidia.com/gpu"]));
            kubelet.Do("watch", ("socket", NvidiaSocket), ("stream", $"{restart}"));
            Assert.That(kubelet.Next($"{restart}"), Has.Length.EqualTo(1));
            kubelet.Do("cancel", ("stream", $"{restart}"));
            kubelet.Do("stop");
            Assert.That(Directory.GetFileSystemEntries(Plugins), Is.Empty);
            kubelet.Do("serve");
        }
    }

    [Test]
    public void A_kubelet_that_only_takes_our_socket_away_knows_it_again()
    {
        using var kubelet = KubeletSide.Start(Plugins);
        kubelet.Do("serve");
        using var watch = Watch(NodeScene.Offers(Configuration, NodeScene.Sample([NodeScene.Nvidia(0)])));
        kubelet.Do("registered");

        File.Delete(Path.Combine(Plugins, NvidiaSocket));

        Assert.That(kubelet.Do("registered")!["endpoint"]!.ToString(), Is.EqualTo(NvidiaSocket));
        Assert.That(File.Exists(Path.Combine(Plugins, NvidiaSocket)), Is.True);
    }

    [Test]
    public void A_kubelet_that_refuses_is_asked_until_it_takes_it_and_one_line_tells_of_it()
    {
        using var kubelet = KubeletSide.Start(Plugins);
        kubelet.Do("serve", ("refuse", 3));
        using var watch = Watch(NodeScene.Offers(Configuration, NodeScene.Sample([NodeScene.Nvidia(0)])));

        Assert.That(kubelet.Do("registered")!["resource_name"]!.ToString(), Is.EqualTo("nvidia.com/gpu"));
        Assert.That(LogLines("The kubelet is not told of nvidia.com/gpu, and will be: "), Has.Length.EqualTo(1));
        Assert.That(LogLines("not yet"), Has.Length.EqualTo(1));
    }

    [Test]
    public void A_kubelet_that_has_stopped_listening_is_told_again_and_one_that_listens_is_not()
    {
        using var kubelet = KubeletSide.Start(Plugins);
        kubelet.Do("serve");
        using var watch = Watch(NodeScene.Offers(Configuration, NodeScene.Sample([NodeScene.Nvidia(0)])), TimeSpan.FromSeconds(2));
        kubelet.Do("registered");
        kubelet.Do("watch", ("socket", NvidiaSocket), ("stream", "a"));
        kubelet.Next("a");
        Assert.That(kubelet.Do("registered", ("patience", 4))!.ToString(), Does.StartWith("NO_REGISTRATION"));

        kubelet.Do("cancel", ("stream", "a"));

        Assert.That(kubelet.Do("registered")!["resource_name"]!.ToString(), Is.EqualTo("nvidia.com/gpu"));
    }

    [Test]
    public void Resources_come_and_become_empty_while_the_agent_runs()
    {
        using var kubelet = KubeletSide.Start(Plugins);
        kubelet.Do("serve");
        var offers = NodeScene.Offers(Configuration, NodeScene.Sample([NodeScene.Nvidia(0), NodeScene.Nvidia(1)]));
        using var watch = Watch(offers);
        kubelet.Do("registered");
        kubelet.Do("watch", ("socket", NvidiaSocket), ("stream", "nvidia"));
        Assert.That(kubelet.Next("nvidia"), Has.Length.EqualTo(2));

        offers.Take(NodeScene.Sample([NodeScene.Amd(0)]));

        Assert.That(kubelet.Next("nvidia"), Is.Empty);
        Assert.That(kubelet.Do("registered")!["resource_name"]!.ToString(), Is.EqualTo("amd.com/gpu"));
        offers.Take(NodeScene.Sample([NodeScene.Nvidia(0), NodeScene.Amd(0)]));
        Assert.That(kubelet.Next("nvidia"), Has.Length.EqualTo(1));
    }

    [Test]
    public void The_socket_of_an_agent_that_was_killed_is_replaced()
    {
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            var path = Path.Combine(Plugins, NvidiaSocket);
            dead.Bind(new UnixDomainSocketEndPoint(path));
            // Closing the socket would take its file away.
            File.Move(path, path + ".kept");
        }

        File.Move(Path.Combine(Plugins, NvidiaSocket + ".kept"), Path.Combine(Plugins, NvidiaSocket));
        using var kubelet = KubeletSide.Start(Plugins);
        kubelet.Do("serve");
        using var watch = Watch(NodeScene.Offers(Configuration, NodeScene.Sample([NodeScene.Nvidia(0)])));

        kubelet.Do("registered");
        Assert.That(kubelet.Call(NvidiaSocket, "GetDevicePluginOptions"), Is.InstanceOf<JsonObject>());
    }

    [Test]
    public void What_is_no_socket_of_ours_stays_where_it_is_and_the_other_resources_are_served()
    {
        File.WriteAllText(Path.Combine(Plugins, AmdSocket), "somebody's");
        using var kubelet = KubeletSide.Start(Plugins);
        kubelet.Do("serve");
        using (Watch(NodeScene.Offers(Configuration, NodeScene.Sample([NodeScene.Amd(0), NodeScene.Nvidia(0)]))))
            Assert.That(kubelet.Do("registered")!["resource_name"]!.ToString(), Is.EqualTo("nvidia.com/gpu"));

        Assert.That(File.ReadAllText(Path.Combine(Plugins, AmdSocket)), Is.EqualTo("somebody's"));
        Assert.That(LogLines("The kubelet is not told of amd.com/gpu"), Has.Length.EqualTo(1));
    }

    [Test]
    public void An_agent_that_stops_leaves_nothing_in_the_directory_of_the_kubelet()
    {
        using var kubelet = KubeletSide.Start(Plugins);
        kubelet.Do("serve");
        using (Watch(NodeScene.Offers(Configuration, NodeScene.Sample([NodeScene.Nvidia(0), NodeScene.Amd(0)]))))
        {
            kubelet.Do("registered");
            kubelet.Do("registered");
        }

        Assert.That(Directory.GetFileSystemEntries(Plugins).Select(Path.GetFileName), Is.EqualTo((string[])["kubelet.sock"]));
    }

    private KubeletWatch Watch(NodeOffers offers, TimeSpan? longestUnwatched = null) =>
        KubeletWatch.Start(offers, Configuration, new WatchdogReport(Configuration), TimeSpan.FromMilliseconds(50), longestUnwatched ?? TimeSpan.FromMinutes(5));

    private string[] LogLines(string text) =>
        File.Exists(Temporary.Combine("log")) ? [.. File.ReadAllLines(Temporary.Combine("log")).Where(line => line.Contains(text, StringComparison.Ordinal))] : [];
}
