using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.Monitoring;

/// <summary>Whose the processes of Docker's containers are.</summary>
[TestFixture(EngineKind.DockerOnCgroupV1)]
[TestFixture(EngineKind.DockerOnCgroupV2)]
public sealed class DockerAttributionRows(EngineKind kind) : AttributionFixture(kind)
{
    private const string Uid = "8f3c2b1a-0d9e-4c7b-a6f5-e4d3c2b1a098";

    private PrivateDockerd Docker => (PrivateDockerd)Engine;

    private string Parent => "/" + Path.GetFileName(Machine.Directory.FullPath);

    [Test]
    public async Task A_container_that_was_given_the_GPU_is_told_with_its_name()
    {
        var id = await Docker.StartContainerAsync(Granted.WithOptions("--name", "trainer"));

        var container = await UseAsync(await PidAsync(id));

        Assert.That(Summary(container), Is.EqualTo((id, "docker", true, Bytes, 1)));
        Assert.That(((string?)container["name"], (string?)container["mode"]), Is.EqualTo(("trainer", "shared")));
    }

    // In a cgroup of the name that Docker's own default has: elsewhere its path would tell nothing.
    [Test]
    public async Task A_container_that_was_given_nothing_is_known_by_its_cgroup()
    {
        var id = await Docker.StartContainerAsync(Ungranted.WithOptions("--cgroup-parent", $"{Parent}/docker"));

        Assert.That(Summary(await UseAsync(await PidAsync(id))), Is.EqualTo((id, "docker", false, Bytes, 1)));
    }

    [Test]
    public async Task A_container_in_a_pods_cgroup_has_the_pods_names_from_a_kubelet_that_gRPCs_own_server_stands_in_for()
    {
        const string python = "/usr/bin/python3";
        if (!File.Exists(python) || (await Command.Of(python, "-c", "import grpc, grpc_tools").RunAsync()).ExitCode != 0)
            Assert.Ignore("gRPC's server for Python is not installed (python3-grpcio, python3-grpc-tools)");
        var scene = Machine.Directory.Combine("scene.json");
        await File.WriteAllTextAsync(scene, """{"podResources": [{"name": "job-0", "namespace": "team", "containers": [{"name": "trainer", "devices": [{"resourceName": "amd.com/gpu", "deviceIds": ["0000:27:00.0"]}]}]}]}""");
        var socket = Machine.Directory.Combine("kubelet.sock");
        var id = await Docker.StartContainerAsync(Granted.WithOptions("--cgroup-parent", $"{Parent}/kubepods/burstable/pod{Uid}"));
        using var kubelet = Command.Of(python, Path.Combine(AppContext.BaseDirectory, "Monitoring/fake-kubelet.py"), socket, scene, Machine.Directory.CreateSubdirectory("messages"))
            .Start(Machine.Directory.Combine("kubelet"));
        try
        {
            Assert.That(() => File.Exists(socket), Is.True.After(30_000, 20));

            var container = await UseAsync(
                await PidAsync(id),
                config => config["agent"] = new JsonObject { ["podResources"] = socket },
                sample => sample["containers"]!.AsArray().Any(container => container!["pod"] is not null));

            Assert.That(Summary(container), Is.EqualTo((id, "docker", true, Bytes, 1)));
            Assert.That(
                ((string?)container["namespace"], (string?)container["pod"], (string?)container["podContainer"], (string?)container["podUid"]),
                Is.EqualTo(("team", "job-0", "trainer", Uid)));
        }
        finally
        {
            await PrivateProcesses.StopAsync(kubelet);
        }
    }

    private protected override async Task RemoveContainersAsync()
    {
        if ((await Docker.DockerAsync("ps", "--all", "--quiet")).Lines is { Length: > 0 } containers)
            await Docker.DockerAsync(["rm", "--force", .. containers]);
    }

    private async Task<int> PidAsync(string id) => Number((await Docker.DockerAsync("inspect", "--format", "{{.State.Pid}}", id)).EnsureSuccess().Output);
}
