using System.Collections.Immutable;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using GpuRuntime.Agent.Kubernetes.DevicePlugin;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Linux.Tests.Kubernetes;

/// <summary>What the kubelet gets from one resource's socket.</summary>
public sealed class DevicePluginTests : DirectoryFixture
{
    private const string Socket = "plugin.sock";

    private static readonly ImmutableArray<Gpu> Four = NodeScene.Nvidias(4);

    private string Plugins => Temporary.MakeDirectory("plugins");

    [Test]
    public void The_kubelet_is_told_that_preferences_are_known_and_that_nothing_is_to_be_prepared()
    {
        using var plugin = Serve(NodeScene.Offered(Four));
        using var kubelet = KubeletSide.Start(Plugins);

        Assert.That(kubelet.Call(Socket, "GetDevicePluginOptions")!.ToJsonString(), Is.EqualTo("""{"get_preferred_allocation_available":true}"""));
        Assert.That(kubelet.Call(Socket, "PreStartContainer", """{"devicesIDs": ["a"]}""")!.ToJsonString(), Is.EqualTo("{}"));
    }

    [Test]
    public void A_GPU_that_turns_unhealthy_and_back_is_told_each_time_with_its_NUMA_node()
    {
        var resource = NodeScene.Offered([Four[0], Four[3], Four[1] with { NumaNode = null }]);
        using var plugin = Serve(resource);
        using var kubelet = KubeletSide.Start(Plugins);

        kubelet.Do("watch", ("socket", Socket), ("stream", "a"));
        string[] healthy = [$"{Four[0].Uuid} Healthy 0", $"{Four[3].Uuid} Healthy 1", $"{Four[1].Uuid} Healthy"];
        Assert.That(kubelet.Next("a"), Is.EqualTo(healthy));
        resource.Change(Offer.Of(resource.Offer.Resource, gpu => gpu.Index != 3, []));
        Assert.That(kubelet.Next("a"), Is.EqualTo((string[])[healthy[0], $"{Four[3].Uuid} Unhealthy 1", healthy[2]]));
        resource.Change(Offer.Of(resource.Offer.Resource, static _ => true, []));
        Assert.That(kubelet.Next("a"), Is.EqualTo(healthy));
        resource.Change(resource.Offer.Emptied());
        Assert.That(kubelet.Next("a"), Is.Empty);
    }

    [Test]
    public void A_kubelet_that_reads_late_is_told_the_newest_and_holds_up_nobody()
    {
        var configuration = new RuntimeConfiguration { KubernetesReplicas = 100 };
        var resource = NodeScene.Offered(NodeScene.Nvidias(8), configuration);
        using var plugin = Serve(resource);
        using var kubelet = KubeletSide.Start(Plugins);
        kubelet.Do("watch", ("socket", Socket), ("stream", "slow"));
        kubelet.Do("watch", ("socket", Socket), ("stream", "quick"));
        Assert.That(kubelet.Next("quick"), Has.Length.EqualTo(800));

        // Forty kilobytes each: far more than a connection holds.
        for (var change = 0; change < 1000; change++)
            resource.Change(Offer.Of(resource.Offer.Resource, gpu => (gpu.Index + change) % 8 > 0, []));
        resource.Change(resource.Offer.Emptied());

        Assert.That(ListsUntilEmpty(kubelet, "quick"), Is.LessThan(1000));
        Assert.That(ListsUntilEmpty(kubelet, "slow"), Is.LessThan(1000));
    }

    [Test]
    public void A_kubelet_that_leaves_frees_its_stream()
    {
        using var plugin = Serve(NodeScene.Offered(Four));
        using var kubelet = KubeletSide.Start(Plugins);
        Assert.That(plugin.IsWatched, Is.False);
        foreach (var stream in (string[])["a", "b"])
        {
            kubelet.Do("watch", ("socket", Socket), ("stream", stream));
            Assert.That(kubelet.Next(stream), Has.Length.EqualTo(4));
        }

        kubelet.Do("cancel", ("stream", "a"));
        Assert.That(plugin.IsWatched, Is.True);
        kubelet.Do("cancel", ("stream", "b"));
        Assert.That(() => plugin.IsWatched, Is.False.After(30_000, 20));
    }

    [Test]
    public void A_kubelet_that_is_killed_frees_its_stream()
    {
        using var plugin = Serve(NodeScene.Offered(Four));
        using (var kubelet = KubeletSide.Start(Plugins))
        {
            kubelet.Do("watch", ("socket", Socket), ("stream", "a"));
            Assert.That(kubelet.Next("a"), Has.Length.EqualTo(4));
        }

        Assert.That(() => plugin.IsWatched, Is.False.After(30_000, 20));
    }

    [Test]
    public void A_call_ends_at_its_deadline()
    {
        using var plugin = Serve(NodeScene.Offered(Four));
        using var kubelet = KubeletSide.Start(Plugins);

        kubelet.Do("watch", ("socket", Socket), ("stream", "a"), ("deadline", 0.5));
        Assert.That(kubelet.Next("a"), Has.Length.EqualTo(4));
        Assert.That(kubelet.Next("a").Single(), Does.StartWith("DEADLINE_EXCEEDED"));
        Assert.That(() => plugin.IsWatched, Is.False.After(30_000, 20));
    }

    [Test]
    public void An_agent_that_stops_ends_the_streams_and_takes_its_socket_away()
    {
        var plugin = Serve(NodeScene.Offered(Four));
        using var kubelet = KubeletSide.Start(Plugins);
        kubelet.Do("watch", ("socket", Socket), ("stream", "a"));
        Assert.That(kubelet.Next("a"), Has.Length.EqualTo(4));
        Assert.That(Command.Status("%a", Path.Combine(Plugins, Socket)), Is.EqualTo("600"));

        plugin.Dispose();

        Assert.That(kubelet.Next("a"), Is.EqualTo((string[])["end"]));
        Assert.That(Directory.GetFileSystemEntries(Plugins), Is.Empty);
    }

    [Test]
    public void Devices_that_are_joined_go_together()
    {
        using var plugin = Serve(NodeScene.Offered(Four, links: [GpuLink.Between(Four[0], Four[2], 12)]));
        using var kubelet = KubeletSide.Start(Plugins);

        var answer = kubelet.Call(Socket, "GetPreferredAllocation", Preferring(Four.Select(gpu => gpu.Uuid!), [Four[2].Uuid!], 2));

        Assert.That(answer!.ToJsonString(), Is.EqualTo($$"""{"container_responses":[{"deviceIDs":["{{Four[0].Uuid}}","{{Four[2].Uuid}}"]}]}"""));
    }

    [TestCase(DeviceListStrategy.Cdi, """{"cdi_devices":[{"name":"nvidia.com/gpu=0000:11:00.0"}]}""")]
    [TestCase(DeviceListStrategy.Environment, """{"envs":{"NVIDIA_VISIBLE_DEVICES":"GPU-10000000-1111-2222-3333-444444444444"}}""")]
    [TestCase(DeviceListStrategy.Nodes, """{"envs":{"NVIDIA_VISIBLE_DEVICES":"void"},"devices":[{"container_path":"/dev/nvidia1","host_path":"/dev/nvidia1","permissions":"rw"}]}""")]
    public void A_container_gets_its_device_by_the_strategy_that_is_configured(DeviceListStrategy strategy, string expected)
    {
        var configuration = new RuntimeConfiguration { KubernetesDeviceList = strategy };
        var gpu = Four[1] with { DeviceNodes = [new DeviceNode("/dev/nvidia1", "/dev/nvidia1", 195, 1, 0x1b6, 0, 0)] };
        using var plugin = Serve(NodeScene.Offered([Four[0], gpu], configuration), configuration);
        using var kubelet = KubeletSide.Start(Plugins);

        Assert.That(JsonNode.DeepEquals(kubelet.Call(Socket, "Allocate", Asking([gpu.Uuid!]))!["container_responses"]![0], JsonNode.Parse(expected)), Is.True);
    }

    [Test]
    public void Every_container_of_a_pod_gets_an_answer_of_its_own()
    {
        using var plugin = Serve(NodeScene.Offered(Four));
        using var kubelet = KubeletSide.Start(Plugins);

        var answer = kubelet.Call(Socket, "Allocate", $$"""{"container_requests": [{"devicesIDs": ["{{Four[3].Uuid}}"]}, {"devicesIDs": ["{{Four[0].Uuid}}", "{{Four[1].Uuid}}"]}]}""")!["container_responses"]!.AsArray();

        Assert.That(answer.Select(container => container!["cdi_devices"]!.AsArray().Count), Is.EqualTo((int[])[1, 2]));
    }

    [Test]
    public void A_thousand_allocations_at_once_each_get_what_they_ask_for()
    {
        var gpus = NodeScene.Nvidias(8);
        using var plugin = Serve(NodeScene.Offered(gpus));
        using var kubelet = KubeletSide.Start(Plugins);
        var random = new Random(11);
        var asked = Enumerable.Range(0, 1000).Select(_ => Enumerable.Range(0, 8).OrderBy(_ => random.Next()).Take(random.Next(1, 9)).Order().ToArray()).ToArray();

        var answers = kubelet.Do("many", ("socket", Socket), ("ids", new JsonArray([.. asked.Select(indexes => new JsonArray([.. indexes.Select(index => JsonValue.Create(gpus[index].Uuid))]))])))!.AsArray();

        Assert.That(
            answers.Select(answer => string.Join(' ', answer!.AsArray())),
            Is.EqualTo(asked.Select(indexes => string.Join(' ', indexes.Select(index => $"nvidia.com/gpu={gpus[index].PciAddress}")))));
    }

    [Test]
    public void What_cannot_be_given_is_refused_with_a_reason_and_the_next_call_is_answered()
    {
        using var plugin = Serve(NodeScene.Offered(Four));
        using var kubelet = KubeletSide.Start(Plugins);
        var known = Four[0].Uuid!;

        Assert.Multiple(() =>
        {
            Assert.That(Refusal(kubelet.Call(Socket, "Allocate", Asking(["GPU-\u001b[31m"]))), Does.StartWith("NOT_FOUND: ").And.Contains("nvidia.com/gpu has no device").And.Not.Contains("\u001b"));
            Assert.That(Refusal(kubelet.Call(Socket, "Allocate", Asking([known, known]))), Is.EqualTo($"INVALID_ARGUMENT: \"{known}\" is given twice."));
            Assert.That(Refusal(kubelet.Call(Socket, "Allocate", Asking([]))), Is.EqualTo("INVALID_ARGUMENT: No device of nvidia.com/gpu is asked for."));
            Assert.That(Refusal(kubelet.Call(Socket, "GetPreferredAllocation", Preferring([known], [], 2))), Does.StartWith("INVALID_ARGUMENT: ").And.Contains("GRT5402"));
            Assert.That(Refusal(kubelet.Call(Socket, "GetPreferredAllocation", Preferring([known], [], -1))), Does.StartWith("INVALID_ARGUMENT: "));
            Assert.That(Refusal(kubelet.Call(Socket, "GetPreferredAllocation", Preferring([known], [Four[1].Uuid!], 1))), Does.StartWith("INVALID_ARGUMENT: "));
            Assert.That(Refusal(kubelet.Call(Socket, "GetPreferredAllocation", Preferring(["other"], [], 1))), Does.StartWith("NOT_FOUND: "));
        });
        Assert.That(kubelet.Call(Socket, "Allocate", Asking([known])), Is.InstanceOf<JsonObject>());
    }

    [Test]
    public void GiB_of_two_GPUs_are_refused_together()
    {
        var configuration = new RuntimeConfiguration { KubernetesMemorySlices = true };
        using var plugin = Serve(NodeScene.Offered([.. Four.Select(gpu => gpu with { MemoryBytes = 4L << 30 })], configuration), configuration);
        using var kubelet = KubeletSide.Start(Plugins);

        Assert.That(Refusal(kubelet.Call(Socket, "Allocate", Asking([$"{Four[0].Uuid}::m0", $"{Four[1].Uuid}::m0"]))), Does.StartWith("INVALID_ARGUMENT: ").And.Contains("GRT5402"));
        Assert.That(
            kubelet.Call(Socket, "Allocate", Asking([$"{Four[1].Uuid}::m0", $"{Four[1].Uuid}::m3"]))!["container_responses"]![0]!["annotations"]!.ToJsonString(),
            Is.EqualTo($$"""{"gpu-runtime.io/gpus":"device={{Four[1].Uuid}},memory=2GiB"}"""));
    }

    [Test]
    public void Calls_that_are_none_are_refused_and_the_next_one_is_answered()
    {
        using var plugin = Serve(NodeScene.Offered(Four));
        using var kubelet = KubeletSide.Start(Plugins);

        Assert.Multiple(() =>
        {
            Assert.That(Refusal(Raw(kubelet, "/v1beta1.DevicePlugin/Nothing", "")), Does.StartWith("UNIMPLEMENTED"));
            Assert.That(Refusal(Raw(kubelet, "/v1beta1.Registration/Register", "")), Does.StartWith("UNIMPLEMENTED"));
            // A field that says that it is longer than the message is; text that is no UTF-8. The library answers, before we see the call.
            Assert.That(Refusal(Raw(kubelet, "/v1beta1.DevicePlugin/Allocate", "0aff")), Does.StartWith("UNKNOWN"));
            Assert.That(Refusal(Raw(kubelet, "/v1beta1.DevicePlugin/Allocate", "0a030a01ff")), Does.StartWith("UNKNOWN"));
            Assert.That(Refusal(kubelet.Do("raw", ("socket", Socket), ("path", "/v1beta1.DevicePlugin/Allocate"), ("size", 5 << 20))), Does.StartWith("RESOURCE_EXHAUSTED"));
        });
        Assert.That(kubelet.Call(Socket, "Allocate", Asking([Four[0].Uuid!])), Is.InstanceOf<JsonObject>());
    }

    [Test]
    public void Random_bytes_leave_the_plugin_as_it_was()
    {
        using var plugin = Serve(NodeScene.Offered(Four));
        using var kubelet = KubeletSide.Start(Plugins);
        kubelet.Do("watch", ("socket", Socket), ("stream", "a"));
        Assert.That(kubelet.Next("a"), Has.Length.EqualTo(4));
        var random = new Random(7);
        var bytes = new byte[4096];

        for (var connection = 0; connection < 200; connection++)
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(Path.Combine(Plugins, Socket)));
            random.NextBytes(bytes);
            // Every other one gets past the preface of HTTP/2.
            if (connection % 2 == 0)
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.CopyTo(bytes);
            try
            {
                socket.Send(bytes);
            }
            catch (SocketException)
            {
                // It has been closed already.
            }
        }

        Assert.That(plugin.IsWatched, Is.True);
        Assert.That(kubelet.Call(Socket, "Allocate", Asking([Four[0].Uuid!])), Is.InstanceOf<JsonObject>());
    }

    private PluginServer Serve(OfferedResource resource, RuntimeConfiguration? configuration = null) =>
        PluginServer.Start(Path.Combine(Plugins, Socket), resource, configuration ?? RuntimeConfiguration.Default, static problem => TestContext.Out.WriteLine(problem));

    private static int ListsUntilEmpty(KubeletSide kubelet, string stream)
    {
        var lists = 1;
        while (kubelet.Next(stream).Length > 0)
            lists++;
        return lists;
    }

    private static JsonNode? Raw(KubeletSide kubelet, string path, string hex) => kubelet.Do("raw", ("socket", Socket), ("path", path), ("hex", hex));

    private static string Refusal(JsonNode? answer) => answer is JsonValue ? answer.ToString() : $"it was answered: {answer?.ToJsonString()}";

    private static string Asking(IEnumerable<string> ids) => new JsonObject { ["container_requests"] = new JsonArray(new JsonObject { ["devicesIDs"] = Array(ids) }) }.ToJsonString();

    private static string Preferring(IEnumerable<string> available, IEnumerable<string> wanted, int count) => new JsonObject
    {
        ["container_requests"] = new JsonArray(new JsonObject { ["available_deviceIDs"] = Array(available), ["must_include_deviceIDs"] = Array(wanted), ["allocation_size"] = count }),
    }.ToJsonString();

    private static JsonArray Array(IEnumerable<string> ids) => new([.. ids.Select(id => JsonValue.Create(id))]);
}
