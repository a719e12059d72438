using System.Net.Sockets;
using GpuRuntime.Agent.Kubernetes.Grpc;
using GpuRuntime.Agent.Kubernetes.PodResources;

namespace GpuRuntime.Linux.Tests.Kubernetes;

/// <summary>The calls to the kubelet, answered by gRPC's own server for Python: a kubelet is in no Debian suite.</summary>
public sealed class PodResourcesTests : DirectoryFixture
{
    private const string Pods = """
        {"podResources": [
          {"name": "job-0", "namespace": "team", "cpuIds": [1], "containers": [
            {"name": "trainer", "cpuIds": [1, 2], "memory": [{"memoryType": "memory", "size": 9}],
             "devices": [{"resourceName": "nvidia.com/gpu", "deviceIds": ["GPU-1", "GPU-2"], "topology": {"nodes": [{"ID": 1}]}}, {"resourceName": "example/nic", "deviceIds": ["eth0"]}]},
            {"name": "sidecar"}]},
          {"name": "job-1", "namespace": "team", "containers": [
            {"name": "claimed", "dynamicResources": [{"claimName": "c", "claimNamespace": "team",
             "claimResources": [{"driverName": "gpu.example", "poolName": "p", "deviceName": "d", "cdiDevices": [{"name": "nvidia.com/gpu=0"}]}]}]}]}]}
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private string Socket => Temporary.Combine("kubelet.sock");

    [Test]
    public void Pods_are_listed_with_the_devices_of_plugins_and_of_claims()
    {
        using var kubelet = FakeKubelet.Start(Temporary, Socket, Pods);

        Assert.That(List(), Is.EqualTo((string[])["team/job-0/trainer GPU-1 GPU-2 eth0", "team/job-1/claimed nvidia.com/gpu=0"]));
    }

    [Test]
    public void A_kubelet_without_pods_tells_of_none()
    {
        using var kubelet = FakeKubelet.Start(Temporary, Socket, "{}");

        Assert.That(List(), Is.Empty);
    }

    [Test]
    public void An_answer_of_many_frames_is_read_whole()
    {
        var ids = string.Join(", ", Enumerable.Range(0, 50_000).Select(number => $"\"device-{number}\""));
        using var kubelet = FakeKubelet.Start(Temporary, Socket, $$"""{"podResources": [{"name": "a", "namespace": "b", "containers": [{"name": "c", "devices": [{"deviceIds": [{{ids}}]}]}]}]}""");

        Assert.That(List().Single().Split(' ')[^1], Is.EqualTo("device-49999"));
    }

    [Test]
    public void One_connection_serves_several_calls_and_a_restarted_kubelet_is_found_again()
    {
        using var client = new PodResourcesClient(Socket);
        using (FakeKubelet.Start(Temporary, Socket, Pods))
            Assert.That((client.List(Patience).Length, client.List(Patience).Length), Is.EqualTo((2, 2)));
        Assert.That(() => client.List(Patience), Throws.InstanceOf<GrpcException>().With.Message.Contains(Socket));

        using var restarted = FakeKubelet.Start(Temporary, Socket, "{}");
        Assert.That(client.List(Patience), Is.Empty);
    }

    [Test]
    public void Its_refusal_is_told_and_cleaned()
    {
        using var kubelet = FakeKubelet.Start(Temporary, Socket, """{"refuse": "not \u001b[31m you"}""");

        Assert.That(List, Throws.InstanceOf<GrpcException>().With.Message.Contains("status 7").And.Message.Not.Contains("\u001b"));
    }

    [Test]
    public void One_that_hangs_is_left()
    {
        using var kubelet = FakeKubelet.Start(Temporary, Socket, """{"hang": 1000}""");
        using var client = new PodResourcesClient(Socket);

        Assert.That(() => client.List(TimeSpan.FromMilliseconds(500)), Throws.InstanceOf<GrpcException>());
    }

    [TestCase("""{"garbage": "0aff"}""")]
    [TestCase("""{"large": 20000000}""")]
    public void What_is_no_answer_is_an_error(string scene)
    {
        using var kubelet = FakeKubelet.Start(Temporary, Socket, scene);

        Assert.That(List, Throws.InstanceOf<GrpcException>());
    }

    [Test]
    public void A_server_that_does_not_speak_HTTP_2_is_an_error()
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(Socket));
        listener.Listen();
        var server = new Thread(() =>
        {
            using var connection = listener.Accept();
            connection.Send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8);
        });
        server.Start();

        Assert.That(List, Throws.InstanceOf<GrpcException>());
        server.Join();
    }

    [Test]
    public void Nobody_is_asked_where_there_is_no_kubelet_and_one_that_comes_is_asked()
    {
        using var watch = new PodWatch(Socket, TimeProvider.System, TimeSpan.FromMilliseconds(20));
        Thread.Sleep(100);
        Assert.That((watch.Latest.Pods.Length, watch.Latest.Problem), Is.EqualTo((0, (string?)null)));

        using var kubelet = FakeKubelet.Start(Temporary, Socket, Pods);
        Assert.That(() => watch.Latest.Pods.Length, Is.EqualTo(2).After(30_000, 20));
        var before = watch.Latest.Pods;
        kubelet.Tell("{}");
        Assert.That(() => watch.Latest.Pods.Length, Is.Zero.After(30_000, 20));
        kubelet.Tell(Pods);
        Assert.That(() => watch.Latest.Pods.Length, Is.EqualTo(2).After(30_000, 20));
        Assert.That(before, Has.Length.EqualTo(2));
    }

    [Test]
    public void A_kubelet_that_fails_has_its_last_answer_kept_for_a_while_and_told_of()
    {
        using var kubelet = FakeKubelet.Start(Temporary, Socket, Pods);
        using var watch = new PodWatch(Socket, TimeProvider.System, TimeSpan.FromMilliseconds(20));
        Assert.That(() => watch.Latest.Pods.Length, Is.EqualTo(2).After(30_000, 20));

        kubelet.Tell("""{"refuse": "busy"}""");

        Assert.That(() => watch.Latest.Problem, Does.StartWith("Which pods hold GPUs is not known: ").And.Contains("busy").After(30_000, 20));
        Assert.That(watch.Latest.Pods, Has.Length.EqualTo(2));
    }

    private string[] List()
    {
        using var client = new PodResourcesClient(Socket);
        return [.. client.List(Patience).Select(pod => $"{pod.Namespace}/{pod.Pod}/{pod.Container} {string.Join(' ', pod.Devices)}")];
    }
}
